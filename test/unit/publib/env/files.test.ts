import { execFileSync } from 'node:child_process'
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { realClock, realEnv, realFiles, realSyncFiles } from '#publib/env'
import { memoryNetwork } from '#publib/transport'
import { useTempFolder } from '../../../support/temp-folder.ts'

const BYTES = Buffer.from('some bytes')

async function codeOf(action: () => unknown): Promise<string | undefined> {
  try {
    await action()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('files', () => {
  const folder = useTempFolder()
  const at = (...names: string[]) => join(folder(), ...names)

  it('are written whole, for their owner alone, and leave nothing beside', async () => {
    await writeFile(at('x'), 'old and longer than the new', { mode: 0o644 })
    await realFiles.writeFile(at('x'), BYTES)
    expect(await readFile(at('x'))).to.deep.equal(BYTES)
    expect((await stat(at('x'))).mode & 0o777).to.equal(0o600)
    expect(await readdir(folder())).to.deep.equal(['x'])
  })

  it('stay as they were where they cannot be written, and leave nothing beside', async () => {
    await realFiles.makeFolder(at('x'))
    expect(await codeOf(() => realFiles.writeFile(at('x'), BYTES))).to.match(
      /EISDIR|EEXIST|ENOTEMPTY/,
    )
    expect(await readdir(folder())).to.deep.equal(['x'])
  })

  it('grow by appending, and are cut', async () => {
    await realFiles.append(at('journal'), BYTES)
    await realFiles.append(at('journal'), BYTES)
    expect(String(await realFiles.readFile(at('journal')))).to.equal('some bytessome bytes')
    await realFiles.truncate(at('journal'), 4)
    expect(String(await realFiles.readFile(at('journal')))).to.equal('some')
    expect((await stat(at('journal'))).mode & 0o777).to.equal(0o600)
  })

  it('are read in ranges, up to their end', async () => {
    await writeFile(at('x'), BYTES)
    const into = Buffer.alloc(8)
    expect(await realFiles.readRange(at('x'), 5, into)).to.equal(5)
    expect(into.toString('latin1', 0, 5)).to.equal('bytes')
    expect(await realFiles.readRange(at('x'), 100, into)).to.equal(0)
  })

  it('of simSpark are never read or written through a link', async () => {
    await writeFile(at('target'), BYTES)
    await symlink(at('target'), at('link'))
    expect(await codeOf(() => realFiles.readFile(at('link')))).to.equal('ELOOP')
    expect(await codeOf(() => realFiles.readRange(at('link'), 0, Buffer.alloc(1)))).to.equal(
      'ELOOP',
    )
    expect(await codeOf(() => realFiles.append(at('link'), BYTES))).to.equal('ELOOP')
    expect(await codeOf(() => realSyncFiles.open(at('link'), 'w'))).to.equal('ELOOP')
    expect((await realFiles.stat(at('link')))?.kind).to.equal('link')
    await realFiles.writeFile(at('link'), Buffer.from('own'))
    expect(await readFile(at('target'))).to.deep.equal(BYTES)
  })

  it('that are pipes are refused at once', async function () {
    if (process.platform === 'win32') return this.skip()
    execFileSync('mkfifo', [at('pipe')])
    expect(await codeOf(() => realFiles.readFile(at('pipe')))).to.equal('FILE_UNREADABLE')
    expect(await codeOf(() => realSyncFiles.open(at('pipe'), 'r'))).to.equal('FILE_UNREADABLE')
  })

  it('and folders come and go; what is not there is no error', async () => {
    await realFiles.makeFolder(at('a', 'b'))
    expect((await realFiles.stat(at('a')))?.mode).to.equal(0o700)
    await realFiles.rename(at('a', 'b'), at('a', 'c'))
    expect(await realFiles.list(at('a'))).to.deep.equal(['c'])
    await realFiles.remove(at('a'))
    await realFiles.remove(at('a'))
    expect(await realFiles.stat(at('a', 'b'))).to.equal(undefined)
    expect(realSyncFiles.stat(at('a'))).to.equal(undefined)
  })

  it('are moved without replacing: the first one wins', async () => {
    await writeFile(at('first'), '1')
    await writeFile(at('second'), '2')
    realSyncFiles.renameNoReplace(at('first'), at('name'))
    expect(await codeOf(() => realSyncFiles.renameNoReplace(at('second'), at('name')))).to.equal(
      'EEXIST',
    )
    expect(String(realSyncFiles.readFile(at('name')))).to.equal('1')
    expect([...realSyncFiles.list(folder())].sort()).to.deep.equal(['name', 'second'])
  })

  it('that are open read and write without promises', async () => {
    const file = realSyncFiles.open(at('x'), 'wx')
    file.write(BYTES)
    file.write(BYTES)
    const into = Buffer.alloc(6)
    expect([file.size, file.read(into, 5), into.toString()]).to.deep.equal([20, 6, 'bytess'])
    expect(file.read(into, 20)).to.equal(0)
    file.close()
    file.close()
    expect(await codeOf(() => realSyncFiles.open(at('x'), 'wx'))).to.equal('EEXIST')
    const again = realSyncFiles.open(at('x'), 'r')
    expect(again.size).to.equal(20)
    again.close()
  })

  it('of users are read through links', async () => {
    await writeFile(at('target'), BYTES)
    await symlink(at('target'), at('link'))
    const file = realSyncFiles.open(at('link'), 'r')
    expect(file.size).to.equal(BYTES.length)
    file.close()
  })
})

describe('a full disk', () => {
  it('is an error, not a short file', async function () {
    if ((await stat('/dev/full').catch(() => undefined)) === undefined) return this.skip()
    expect(await codeOf(() => realFiles.append('/dev/full', BYTES))).to.equal('ENOSPC')
  })
})

describe('the real clock', () => {
  it('calls once, and not what was cancelled', async () => {
    const calls: string[] = []
    await new Promise<void>(resolve => {
      realClock.after(1, () => calls.push('cancelled')).cancel()
      realClock.after(3, () => {
        calls.push('called')
        resolve()
      })
    })
    expect(calls).to.deep.equal(['called'])
  })

  it('does not fire at once where a delay is longer than timers can be', async () => {
    let isEarly = false
    const timer = realClock.after(2 ** 40, () => {
      isEarly = true
    })
    await new Promise(resolve => setTimeout(resolve, 5))
    timer.cancel()
    expect(isEarly).to.equal(false)
  })

  it('sweeps after the sockets were read, even when the process was late', async () => {
    const order: string[] = []
    await new Promise<void>(resolve => {
      const sweep = realClock.every(5, () => {
        order.push('sweep')
        sweep.cancel()
        resolve()
      })
      // A read that is ready while this thread is blocked: it must come before the sweep.
      void readFile(new URL(import.meta.url)).then(() => order.push('read'))
      const end = performance.now() + 40
      while (performance.now() < end);
    })
    expect(order.at(-1)).to.equal('sweep')
  })

  it('moves with the process, and makes up an environment with the rest', () => {
    const env = realEnv(memoryNetwork({ clock: realClock }).at('here'))
    expect(env.clock.now()).to.be.greaterThan(0)
    expect(env.random.bytes(5)).to.have.length(5)
    expect(env.random.number()).to.be.within(0, 1)
  })
})
