import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  announceFailure,
  announceReady,
  checkPrivateFolder,
  daemonOptions,
  daemonStatus,
  type MasterDaemonOptions,
  parseHealth,
  parseMasterOptions,
  readDaemonState,
  readPrivateFile,
  takeDaemonFailure,
  takeLock,
  withdrawReady,
  writePrivateFile,
} from '#publib/cli'
import { bootId, isAlive, ownIdentity, processFacts } from '#publib/env'
import { showLog } from '../../../../publib/cli/daemon-logs.ts'
import { checkEnvironment } from '../../../../publib/cli/environment-check.ts'
import { isLockHeld } from '../../../../publib/cli/state-lock.ts'

let folder = ''

function options(): MasterDaemonOptions {
  return {
    ...{ role: 'master', instance: 1, startId: 's1', stateDir: folder, foreground: false },
    ...{ logFile: join(folder, 'x.log'), host: '127.0.0.1', port: 0, settings: {} },
    ...{ secretFile: join(folder, 'secret'), plaintextTrusted: false },
    ...{ allowedHosts: [], allowedOrigins: [] },
  }
}
const ready = { address: { host: '127.0.0.1', port: 1 }, url: 'simspark://127.0.0.1:1', epoch: 3 }

describe('what daemons say of themselves', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simspark-state-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is read as it was written, by its owner alone', () => {
    announceReady(options(), ready)
    const state = readDaemonState(folder, 'master', 1)
    expect(state).to.deep.include({ ...ready, ...ownIdentity(), startId: 's1', role: 'master' })
    expect(statSync(join(folder, 'master.json')).mode & 0o777).to.equal(0o600)
    withdrawReady(options())
    expect(readDaemonState(folder, 'master', 1)).to.equal(undefined)
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('names why a start failed, once, to the one who started it', () => {
    announceFailure(options(), Object.assign(new Error('taken'), { code: 'EADDRINUSE' }))
    expect(takeDaemonFailure(folder, { ...options(), startId: 's2' })).to.equal(undefined)
    expect(takeDaemonFailure(folder, options())).to.deep.equal({
      code: 'EADDRINUSE',
      message: 'taken',
      exitCode: 7,
    })
    expect(takeDaemonFailure(folder, options())).to.equal(undefined)
  })

  it('counts for nothing where it is damaged', async () => {
    for (const text of ['', '{', '[]', 'null', '{"pid":0}', '{"pid":"1"}']) {
      writeFileSync(join(folder, 'master.json'), text)
      const status = await daemonStatus({ role: 'master', instance: 1, stateDir: folder })
      expect(status.kind, text).to.equal('notRunning')
    }
  })

  it('is believed only as far as process and port bear it out', async () => {
    const place = { role: 'master', instance: 1, stateDir: folder } as const
    announceReady(options(), ready)
    const path = join(folder, 'master.json')
    const state = JSON.parse(readFileSync(path, 'utf8'))
    const kindOf = async (changed: object) => {
      writePrivateFile(path, JSON.stringify({ ...state, ...changed }))
      return (await daemonStatus(place)).kind
    }
    // This very process, whose port 1 answers nothing.
    expect(await kindOf({})).to.equal('silent')
    expect(await kindOf({ startTime: 'another' })).to.equal('foreign')
    expect(await kindOf({ bootId: 'another' })).to.equal('dead')
    expect(await kindOf({ pid: 2 ** 22 + 1 })).to.equal('dead')
  })

  it('comes in options that are checked', () => {
    expect(parseMasterOptions(JSON.stringify(options()))).to.deep.equal(options())
    for (const bad of [undefined, 'null', '{}', JSON.stringify({ ...options(), port: '1' })]) {
      expect(() => parseMasterOptions(bad)).to.throw()
    }
    expect(() => parseMasterOptions(JSON.stringify({ ...options(), role: 'worker' }))).to.throw()
  })

  it('and over the port is a health answer or nothing', () => {
    for (const body of ['', 'hello', '{}', '{"service":"simspark"}', 'null']) {
      expect(parseHealth(body)).to.equal(undefined)
    }
  })
})

describe('private folders and files', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simspark-state-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const check = (path: string) => () => checkPrivateFolder(path, { create: true })

  it('are made with their parents, 0700 whatever the umask', () => {
    const path = join(folder, 'a', 'b')
    for (const umask of [0, 0o777]) {
      const before = process.umask(umask)
      check(path)()
      process.umask(before)
      expect(statSync(path).mode & 0o777).to.equal(0o700)
      rmSync(join(folder, 'a'), { recursive: true })
    }
  })

  it('are refused where others could meddle: links, files, open modes, other owners', () => {
    symlinkSync(folder, join(folder, 'link'))
    symlinkSync('/nowhere', join(folder, 'dangling'))
    writeFileSync(join(folder, 'file'), '')
    mkdirSync(join(folder, 'open'))
    chmodSync(join(folder, 'open'), 0o750)
    expect(check(join(folder, 'link'))).to.throw(/is a symbolic link/)
    expect(check(join(folder, 'dangling'))).to.throw(/is a symbolic link/)
    expect(check(join(folder, 'file'))).to.throw(/is not a folder/)
    expect(check(join(folder, 'open'))).to.throw(/open to others \(mode 0750\)/)
    expect(check('relative')).to.throw(/is not absolute/)
    expect(check(join(folder, 'x'.repeat(300)))).to.throw(/too long for this system/)
    expect(checkPrivateFolder(join(folder, 'none'), { create: false })).to.equal(false)
  })

  it('files are written whole, 0600, and not read through links', () => {
    const path = join(folder, 'file')
    writePrivateFile(path, 'a')
    writePrivateFile(path, 'b')
    expect(readPrivateFile(path)).to.equal('b')
    expect(statSync(path).mode & 0o777).to.equal(0o600)
    expect(readdirSync(folder)).to.deep.equal(['file'])
    symlinkSync(path, join(folder, 'link'))
    expect(() => readPrivateFile(join(folder, 'link'))).to.throw(/is a symbolic link/)
    expect(() => readPrivateFile(folder)).to.throw(/is not a regular file/)
    expect(readPrivateFile(join(folder, 'none'))).to.equal(undefined)
  })

  it('CLI-32: a failed write leaves nothing and names why', () => {
    // A folder in the place of the file: the rename fails as on a full disk the write does.
    mkdirSync(join(folder, 'target'))
    expect(() => writePrivateFile(join(folder, 'target'), 'x')).to.throw()
    expect(readdirSync(folder)).to.deep.equal(['target'])
    expect(() => checkEnvironment([join(folder, 'none')], () => undefined)).to.throw(
      /cannot write into .*none: ENOENT/,
    )
  })
})

describe('limits of a process', () => {
  it('CLI-49: are named when they are too low', () => {
    const limit = (openFiles?: number, fileBytes?: number) => () =>
      checkEnvironment([], name => (name === 'openFiles' ? openFiles : fileBytes))
    expect(limit(64)).to.throw('needs ≥ 1024 open files, have 64')
    expect(limit(1024, 0)).to.throw('only 0 bytes')
    limit(1024)()
    limit()()
  })
})

describe('where a daemon listens', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simspark-state-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const wishes = (host: string) => ({
    ...({ role: 'master', instance: 1, stateDir: folder, foreground: false } as const),
    ...{ host, port: 0, authenticate: { value: true, source: 'default' }, secretFile: undefined },
    ...{ plaintextTrusted: false, keyFile: undefined, certFile: undefined, caFile: undefined },
    ...{ allowedHosts: [], allowedOrigins: [], logDir: undefined, settings: {} },
  })
  const refusal = async (host: string, address: string): Promise<string> => {
    try {
      await daemonOptions(wishes(host), async () => address)
      return 'none'
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  it('CLI-17: is decided by what a name stands for, and that is said', async () => {
    expect(await refusal('localhost', '0.0.0.0')).to.match(
      /refusing to listen beyond loopback \(0\.0\.0\.0\) without a secret \(localhost is 0\.0\.0\.0\)/,
    )
    expect(await refusal('localhost', '203.0.113.9')).to.match(
      /^localhost \(203\.0\.113\.9\) is not an address of this machine/,
    )
    expect(await refusal('localhost', '127.0.0.1')).to.equal('none')
  })

  it('names TLS files together or not at all', async () => {
    const some = { ...wishes('127.0.0.1'), keyFile: join(folder, 'key.pem') }
    const error = await daemonOptions(some).catch((thrown: Error) => thrown.message)
    expect(error).to.match(/together or not at all/)
    const all = { ...some, certFile: join(folder, 'cert.pem'), caFile: join(folder, 'ca.pem') }
    const missing = await daemonOptions(all).catch((thrown: Error) => thrown.message)
    expect(missing).to.match(/TLS files cannot be used: ENOENT/)
  })
})

describe('the lock of a state folder', () => {
  it('has one holder, and is free when that lets go', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'simspark-lock-'))
    const first = await takeLock(dir, 'master')
    expect(first).not.to.equal(undefined)
    expect(await takeLock(dir, 'master')).to.equal(undefined)
    expect(await isLockHeld(dir, 'master')).to.equal(true)
    const other = await takeLock(dir, 'worker')
    await Promise.all([first?.release(), other?.release()])
    expect(await isLockHeld(dir, 'master')).to.equal(false)
    const again = await takeLock(dir, 'master')
    await again?.release()
    expect(readdirSync(dir)).to.deep.equal([])
    rmSync(dir, { recursive: true })
  })
})

describe('the identity of a process', () => {
  it('tells this one from one with another start or boot', () => {
    const own = ownIdentity()
    expect(own.startTime).not.to.equal('')
    expect(own.bootId).to.equal(bootId())
    expect(isAlive(own)).to.equal(true)
    expect(isAlive({ ...own, startTime: '1' })).to.equal(false)
    expect(isAlive({ ...own, bootId: 'x' })).to.equal(false)
    expect(processFacts(2 ** 22 + 1)).to.equal(undefined)
  })
})

describe('the log of a daemon', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simspark-state-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  async function last(text: string, lines: number): Promise<string> {
    const path = join(folder, 'log')
    writeFileSync(path, text)
    let shown = ''
    const write = (more: string) => {
      shown += more
    }
    await showLog({ paths: [join(folder, 'none'), path], lines, follow: undefined, write })
    return shown
  }

  it('is shown from its end, however long its lines are', async () => {
    expect(await last('', 5)).to.equal('')
    expect(await last('a\nb\n', 5)).to.equal('a\nb\n')
    expect(await last('a\nb\nc', 2)).to.equal('b\nc\n')
    expect(await last('a\nb\n', 0)).to.equal('')
    const long = Array.from({ length: 50 }, (_, index) => `${index}${'é'.repeat(9999)}`)
    expect(await last(`${long.join('\n')}\n`, 3)).to.equal(`${long.slice(-3).join('\n')}\n`)
  })
})
