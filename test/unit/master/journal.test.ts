import { expect } from 'chai'
import type { Logger } from '#publib/log'
import { silentLogger } from '#publib/log'
import { applicationId, masterEpoch } from '#publib/util'
import { Journal } from '../../../master/journal.ts'
import { encodeEntry, scanJournal } from '../../../master/journal-format.ts'
import type { JournalRecord } from '../../../master/journal-record.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { hostSettings } from '../../support/host-settings.ts'
import { errno, MemoryFiles } from '../../support/memory-files.ts'
import { chooseSeed, seeded } from '../../support/random.ts'

const PATH = '/state/master.journal'
const SNAPSHOT = '/state/master.snapshot'

function application(name: string): JournalRecord {
  return {
    type: 'applicationRegistered',
    application: {
      ...{ applicationId: applicationId(`app-${name}`), name, user: 'ann', version: '0.1.0' },
      ...{ executorsWanted: 2, executorsMin: 1, executorMemoryMiB: 256, hostSettings },
      ...{ uiUrl: undefined, startedMs: 7 },
    },
  }
}

describe('the journal of a master', () => {
  let memory: MemoryFiles
  let clock: FakeClock
  beforeEach(() => {
    memory = new MemoryFiles()
    clock = new FakeClock()
  })

  const open = (acceptsDataLoss = false, log: Logger = silentLogger): Promise<Journal> =>
    Journal.open({
      ...{ env: { files: memory.files, clock }, folder: '/state', name: 'master' },
      ...{ endedMax: 2, acceptsDataLoss, log },
    })

  const names = (journal: Journal): string[] =>
    journal.state.applications.map(each => each.application.name)

  async function withThree(): Promise<Uint8Array> {
    const journal = await open()
    for (const name of ['a', 'b', 'c']) await journal.append([application(name)])
    return memory.disk.get(PATH)!
  }

  const refused = async (): Promise<Error & { code?: string }> =>
    open().then(
      () => new Error('it was opened'),
      cause => cause,
    )

  it('gives back what was appended, in order', async () => {
    const journal = await open()
    await journal.append([{ type: 'masterStarted', epoch: masterEpoch(4) }, application('a')])
    await journal.append([
      application('b'),
      { type: 'applicationStarted', applicationId: applicationId('app-b') },
      { type: 'executorNumbersReserved', next: 100 },
    ])
    const { state } = await open()
    expect(state.epoch).to.equal(4)
    expect(state.nextExecutor).to.equal(100)
    expect(state.applications.map(each => each.isQueued)).to.deep.equal([true, false])
  })

  it('keeps the latest ended applications only, and all that run', async () => {
    const journal = await open()
    for (const name of ['a', 'b', 'c', 'd']) {
      await journal.append([application(name)])
      if (name === 'a') continue
      const id = applicationId(`app-${name}`)
      const end = { outcome: 'FINISHED', reason: 'finished', endedMs: 9 } as const
      await journal.append([{ type: 'applicationEnded', applicationId: id, ...end }])
    }
    expect(names(await open())).to.deep.equal(['a', 'c', 'd'])
  })

  it('forgets only the record whose write was cut, wherever it was cut', async () => {
    const bytes = await withThree()
    const { entries } = scanJournal(bytes)
    const last = encodeEntry(entries.at(-1)!).length
    for (let cut = 1; cut < last; cut += 7) {
      memory.disk.set(PATH, bytes.slice(0, bytes.length - cut))
      expect(names(await open()), `cut ${cut} bytes`).to.deep.equal(['a', 'b'])
      expect(memory.disk.get(PATH)?.length).to.equal(bytes.length - last)
    }
  })

  it('forgets a last record of which only the length reached the disk', async () => {
    const bytes = await withThree()
    memory.disk.set(PATH, bytes.slice().fill(0, bytes.length - 40))
    expect(names(await open())).to.deep.equal(['a', 'b'])
  })

  it('refuses to start on any flipped bit, names the offset and keeps a copy', async () => {
    const bytes = await withThree()
    const seed = chooseSeed()
    const random = seeded(seed)
    for (let round = 0; round < 300; round++) {
      const damaged = bytes.slice()
      const at = Math.floor(random() * bytes.length)
      damaged[at] = damaged[at]! ^ (1 << Math.floor(random() * 8))
      memory.disk.clear()
      memory.disk.set(PATH, damaged)
      const error = await refused()
      expect(error.code, `seed ${seed}, bit in byte ${at}`).to.equal('CORRUPT_FILE')
      expect(error.message).to.match(/damaged at byte \d+/)
      expect(memory.disk.get(PATH)).to.deep.equal(damaged)
      const copy = [...memory.disk.keys()].find(path => path.includes('.damaged-'))
      expect(memory.disk.get(copy!)).to.deep.equal(damaged)
    }
  })

  it('goes on with what can be read where the loss is accepted', async () => {
    const bytes = await withThree()
    const [first] = scanJournal(bytes).entries
    const damaged = bytes.slice()
    damaged[encodeEntry(first!).length + 30]! ^= 1
    memory.disk.set(PATH, damaged)
    const journal = await open(true)
    expect(names(journal)).to.deep.equal(['a', 'c'])
    await journal.append([application('d')])
    expect(names(await open())).to.deep.equal(['a', 'c', 'd'])
  })

  it('folds itself into a snapshot when it has grown, and a crash in between changes nothing', async () => {
    const journal = await open()
    const large = { ...application('a') } as Extract<
      JournalRecord,
      { type: 'applicationRegistered' }
    >
    const big = { ...large, application: { ...large.application, user: 'u'.repeat(400_000) } }
    await journal.append([big])
    const before = memory.disk.get(PATH)!
    await journal.append([big, application('b'), big])
    expect(memory.disk.get(PATH)?.length).to.equal(0)
    expect(names(await open())).to.deep.equal(['b', 'a'])
    memory.disk.set(PATH, before)
    expect(names(await open())).to.deep.equal(['b', 'a'])
  })

  it('refuses a damaged snapshot', async () => {
    const journal = await open()
    await journal.append([application('a')])
    memory.disk.set(SNAPSHOT, encodeEntry({ sequence: 1, payload: Buffer.from('{}') }).slice(0, 10))
    expect((await refused()).code).to.equal('CORRUPT_FILE')
  })

  it('waits while the disk is full, and acknowledges only then', async () => {
    const journal = await open()
    memory.failWith = errno('ENOSPC')
    let isDone = false
    const appended = journal.append([application('a')]).then(() => {
      isDone = true
    })
    await clock.pass(5_000)
    expect({ isDone, applications: names(journal) }).to.deep.equal({
      isDone: false,
      applications: [],
    })
    memory.failWith = undefined
    await clock.pass(1_000)
    await appended
    expect(names(await open())).to.deep.equal(['a'])
  })

  it('never tries again after an error of the disk', async () => {
    const journal = await open()
    memory.failWith = errno('EIO')
    const failures: string[] = []
    for (const name of ['a', 'b']) {
      await journal.append([application(name)]).catch(error => failures.push(error.message))
      memory.failWith = undefined
    }
    expect(failures).to.have.length(2)
    expect(failures[0]).to.match(/steps down: its journal .* cannot be written \(EIO/)
    expect(memory.disk.has(PATH)).to.equal(false)
  })

  it('is whole again after somebody deleted its folder', async () => {
    const journal = await open()
    await journal.append([application('a')])
    memory.disk.clear()
    await journal.append([application('b')])
    expect(names(await open())).to.deep.equal(['a', 'b'])
  })
})
