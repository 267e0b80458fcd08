import { readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  type ChildProcess,
  realProcesses,
  realThreads,
  startDaemon,
  type Thread,
} from '#publib/env'
import { useTempFolder } from '../../../support/temp-folder.ts'

/** The messages of a thread or child, one after the other, and how it ended. */
function watch(source: Thread | ChildProcess) {
  const waiting: unknown[] = []
  let wake: (() => void) | undefined
  source.onMessage = message => {
    waiting.push(message)
    wake?.()
  }
  const ended = new Promise<readonly [unknown, unknown]>(resolve => {
    source.onExit = (first: unknown, second: unknown) => resolve([first, second])
  })
  const next = async (): Promise<unknown> => {
    while (waiting.length === 0) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    return waiting.shift()
  }
  return { next, ended }
}

/** Asks until it is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(resolve => setTimeout(resolve, 5))
}

/** What has ended but was not yet asked for by its parent is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return (
      process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    )
  } catch {
    return false
  }
}

describe('a thread', () => {
  const start = () =>
    realThreads.start({
      entry: 'test/support/entries/echo-thread.js',
      name: 'echo',
      data: { n: 1n },
      heapMiB: 256,
    })

  it('has its data and its heap limit from the first line on', async () => {
    const thread = start()
    const { next } = watch(thread)
    const first = (await next()) as { data: unknown; limits: Record<string, number> }
    expect(first.data).to.deep.equal({ n: 1n })
    const { maxOldGenerationSizeMb, maxYoungGenerationSizeMb } = first.limits
    expect([maxOldGenerationSizeMb, maxYoungGenerationSizeMb]).to.deep.equal([256, 48])
    await thread.terminate()
  })

  it('takes buffers over instead of copying them', async () => {
    const thread = start()
    const { next } = watch(thread)
    await next()
    const bytes = new Uint8Array([1, 2, 3])
    thread.post(bytes, [bytes.buffer])
    expect(bytes.length).to.equal(0)
    expect(await next()).to.deep.equal(new Uint8Array([1, 2, 3]))
    await thread.terminate()
  })

  it('tells the code it exits with, and what nobody caught', async () => {
    const one = start()
    const { ended } = watch(one)
    one.post('exit')
    expect(await ended).to.deep.equal([7, undefined])
    const other = start()
    const watched = watch(other)
    other.post('throw')
    const [code, error] = await watched.ended
    expect([code, (error as Error).message]).to.deep.equal([1, 'thrown on purpose'])
  })

  it('is only ever a module of simSpark', () => {
    for (const entry of ['/etc/passwd', '../x.js', 'publib/../../x.js', 'x.ts', 'a/data:x.js']) {
      const start = () => realThreads.start({ entry, name: 'x', data: null })
      expect(start, entry).to.throw(/no module of simSpark/)
    }
  })
})

describe('a child process', () => {
  const folder = useTempFolder()
  const fork = (logBytesMax = 1_000_000) =>
    realProcesses.fork({
      entry: 'test/support/entries/echo-child.js',
      env: { ONLY: 'this' },
      cwd: folder(),
      nodeFlags: ['--max-old-space-size=64'],
      logPath: join(folder(), 'child.log'),
      logBytesMax,
    })

  it('has the listed variables only, its folder and its flags', async () => {
    const child = fork()
    const { next, ended } = watch(child)
    const first = (await next()) as { env: string[]; cwd: string; execArgv: string[] }
    expect(first.env.filter(name => !name.startsWith('NODE_CHANNEL'))).to.deep.equal(['ONLY'])
    expect(first.cwd).to.equal(folder())
    expect(first.execArgv).to.deep.equal(['--max-old-space-size=64'])
    child.send({ set: new Set([1]) })
    expect(await next()).to.deep.equal({ set: new Set([1]) })
    child.send('exit')
    expect(await ended).to.deep.equal([7, null])
  })

  it('names the signal that ended it', async () => {
    const child = fork()
    const { next, ended } = watch(child)
    await next()
    child.kill('SIGKILL')
    expect(await ended).to.deep.equal([null, 'SIGKILL'])
    child.send('no longer heard')
    child.kill('SIGKILL')
  })

  it('takes what it started with it, also when that holds its output', async () => {
    const child = fork()
    const { next, ended } = watch(child)
    await next()
    child.send('grandchild')
    const { grandchild } = (await next()) as { grandchild: number }
    expect(isAlive(grandchild)).to.equal(true)
    child.send('exit')
    expect(await ended).to.deep.equal([7, null])
    await until(() => !isAlive(grandchild))
  })

  it('prints into a log that keeps the newest and stays below its limit', async () => {
    const child = fork(20_000)
    const { next, ended } = watch(child)
    await next()
    child.send('print')
    await next()
    child.send('exit')
    await ended
    const sizes = await Promise.all(
      ['child.log', 'child.log.1'].map(async name => (await stat(join(folder(), name))).size),
    )
    expect(sizes[0]).to.be.greaterThan(0).and.at.most(10_000)
    expect(sizes[1]).to.equal(10_000)
    expect((await stat(join(folder(), 'child.log'))).mode & 0o777).to.equal(0o600)
  })

  it('that cannot be started ends with 127 and says why in its log', async () => {
    const child = realProcesses.fork({
      entry: 'test/support/entries/echo-child.js',
      env: {},
      cwd: join(folder(), 'nowhere'),
      logPath: join(folder(), 'child.log'),
      logBytesMax: 1000,
    })
    expect(child.pid).to.equal(0)
    expect(await watch(child).ended).to.deep.equal([127, null])
    expect(await readFile(join(folder(), 'child.log'), 'utf8')).to.match(/could not be started/)
  })
})

describe('a daemon', () => {
  const folder = useTempFolder()

  it('runs apart from who started it, with flags, arguments and the listed variables', async () => {
    const path = join(folder(), 'told.json')
    await startDaemon({
      entry: 'test/support/entries/echo-daemon.js',
      arguments: [path, 'a word'],
      nodeFlags: ['--max-old-space-size=64'],
      env: { ONLY: 'this', _DAEMONIZE_PROCESS: '1' },
      outputPath: join(folder(), 'daemon.out'),
    })
    await until(async () => (await stat(path).catch(() => undefined)) !== undefined)
    const told = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    const { pid, parent, ...rest } = told
    expect(rest).to.deep.equal({
      cwd: '/',
      word: 'a word',
      execArgv: ['--max-old-space-size=64'],
      env: ['ONLY'],
      umask: 0o077,
    })
    expect(parent).not.to.equal(process.pid)
    await until(() => !isAlive(Number(pid)))
    expect(await readFile(join(folder(), 'daemon.out'), 'utf8')).to.equal('printed by the daemon\n')
  })

  it('that cannot be launched is an error that says why', async () => {
    const launched = startDaemon({
      entry: 'test/support/entries/missing.js',
      arguments: [],
      env: {},
      outputPath: join(folder(), 'daemon.out'),
    })
    const error = await launched.catch((thrown: Error) => thrown.message)
    expect(error).to.match(/missing\.js could not be started as a daemon: .*is it built/)
  })
})
