import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { bootId, processFacts } from '#publib/env'
import {
  cleanEnvironment,
  distPath,
  type Ran,
  runCli,
  runProgram,
  StateFolder,
} from '../../support/run-cli.ts'

const CLI = 'test/support/contract-daemon-cli.js'
let folder: StateFolder

function cli(command: string, ...more: readonly string[]): Promise<Ran> {
  return runCli(CLI, [command, '--state-dir', folder.path, ...more])
}
const start = (...more: readonly string[]) => cli('start', '-p', '0', '--allow-root', ...more)
/** A start of a daemon that behaves in a way of its own. */
const startAs = (mode: string, ...more: readonly string[]) =>
  start('--conf', `simspark.app.name=${mode}`, ...more)

function shell(script: string, ...args: readonly string[]): Promise<Ran> {
  const command = `"${process.execPath}" "${distPath(CLI)}"`
  return runProgram('sh', ['-c', script.replaceAll('CLI', command), 'sh', folder.path, ...args])
}

describe('the engine of daemons', () => {
  beforeEach(() => {
    folder = new StateFolder()
  })
  afterEach(() => folder.dispose())

  it('starts, says how it is, and stops; each a second time with a message and 0', async () => {
    const started = await start()
    expect(started.stderr).to.match(/^master started, pid \d+, log /)
    expect(started.stdout).to.match(/^simspark:\/\/127\.0\.0\.1:\d+\n$/)
    expect(started.code).to.equal(0)
    const again = await start()
    expect(again.stderr).to.match(/^master already running, pid \d+ since 20\d\d-/)
    expect([again.code, again.stdout]).to.deep.equal([0, started.stdout])
    const status = await cli('status', '--json')
    const { pid } = folder.state()
    expect(JSON.parse(status.stdout)).to.include({ status: 'running', pid, role: 'master' })
    expect(status.code).to.equal(0)
    const stopped = await cli('stop')
    expect([stopped.code, stopped.stderr]).to.deep.equal([0, `master stopped, pid ${pid}\n`])
    expect(processFacts(pid)).to.equal(undefined)
    const twice = await cli('stop')
    expect([twice.code, twice.stderr]).to.deep.equal([0, 'master is not running\n'])
    expect((await cli('status')).code).to.equal(3)
    expect(folder.files()).to.deep.equal(['logs', 'master.options.json', 'secret'])
  })

  it('tells why a daemon did not start, with its last lines, and leaves nothing', async () => {
    const failed = await startAs('fails')
    expect(failed.code).to.equal(1)
    expect(failed.stderr).to.match(
      /master did not start: the reason it gives\nlast lines of .*\.out:/,
    )
    const exited = await startAs('exits')
    expect(exited.code).to.equal(1)
    expect(exited.stderr).to.match(/master did not start: it ended at once/)
    const crashed = await startAs('crashes at once')
    expect(crashed.code).to.equal(1)
    expect(crashed.stderr).to.match(/Error: this main is broken/)
    const late = await startAs('hangs', '--timeout', '1')
    expect(late.code).to.equal(1)
    expect(late.stderr).to.match(/not ready after 1 s: its port does not answer/)
    expect((await cli('status')).code).to.equal(3)
    expect(folder.files()).to.deep.equal(['logs', 'master.options.json', 'secret'])
  })

  it('says 7 and the reason when the port is taken', async () => {
    const server = createServer()
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', () => resolve())
    })
    const taken = server.address()
    const port = typeof taken === 'object' ? (taken?.port ?? 0) : 0
    const ran = await cli('start', '-p', String(port))
    server.close()
    expect(ran.code).to.equal(7)
    expect(ran.stderr).to.match(/master did not start: .*EADDRINUSE/)
  })

  it('CLI-11: of many starts at once one starts, the others say so', async () => {
    // As many as the list's 50 would hold two processors for half a minute; eight take the same ways.
    const all = await Promise.all(Array.from({ length: 8 }, () => start()))
    expect(all.map(ran => ran.code)).to.deep.equal(all.map(() => 0))
    expect(new Set(all.map(ran => ran.stdout)).size).to.equal(1)
    expect(all.filter(ran => /master started/.test(ran.stderr))).to.have.length(1)
    expect(all.filter(ran => /already running/.test(ran.stderr))).to.have.length(7)
    expect(folder.files().filter(file => file.startsWith('master'))).to.deep.equal([
      'master.json',
      'master.options.json',
    ])
  })

  it('runs several side by side, by number', async () => {
    const [first, second] = await Promise.all([start(), start('--instance', '2')])
    expect([first.code, second.code]).to.deep.equal([0, 0])
    expect(first.stdout).not.to.equal(second.stdout)
    expect((await cli('stop', '--instance', '2')).code).to.equal(0)
    expect((await cli('status', '--instance', '2')).code).to.equal(3)
    expect((await cli('status')).code).to.equal(0)
  })

  it('CLI-33: works on a folder with spaces, line breaks, emoji and a long name', async () => {
    const odd = join(folder.path, '..', `a b\nc 🦊 ${'x'.repeat(180)}`)
    const at = ['--state-dir', odd]
    expect((await runCli(CLI, ['start', '-p', '0', ...at])).code).to.equal(0)
    expect((await runCli(CLI, ['status', ...at])).code).to.equal(0)
    expect((await runCli(CLI, ['stop', ...at])).code).to.equal(0)
  })

  it('status is 1 after a crash; a new start puts the remains aside', async () => {
    await start()
    process.kill(folder.state().pid, 'SIGKILL')
    await gone(folder.state().pid)
    const status = await cli('status')
    expect(status.code).to.equal(1)
    expect(status.stdout).to.match(/^master is dead: pid \d+ is gone/)
    expect((await start()).stderr).to.match(/^master started/)
    process.kill(folder.state().pid, 'SIGKILL')
    const stopped = await cli('stop')
    expect([stopped.code, folder.files()]).to.deep.equal([
      0,
      ['logs', 'master.options.json', 'secret'],
    ])
  })

  it('CLI-35: never signals a process that is not its own', async () => {
    await start()
    const state = folder.state()
    await cli('stop')
    const sleeper = spawn('sleep', ['60'])
    const pid = sleeper.pid ?? 0
    const startTime = processFacts(pid)?.startTime
    for (const forged of [{}, { startTime, bootId: bootId() }]) {
      writeFileSync(join(folder.path, 'master.json'), JSON.stringify({ ...state, pid, ...forged }))
      const stopped = await cli('stop')
      expect(stopped.stderr).to.equal(
        `test-daemon: stale pid file (pid ${pid} is "sleep", not simSpark)\n`,
      )
      expect(stopped.code).to.equal(4)
    }
    expect(processFacts(pid)?.name).to.equal('sleep')
    sleeper.kill('SIGKILL')
    await new Promise(resolve => sleeper.once('close', resolve))
  })

  it('CLI-36: does not follow a link in the place of the state file', async () => {
    await start()
    await cli('stop')
    const target = join(folder.path, '..', 'bashrc')
    writeFileSync(target, 'alias ls=ls\n')
    symlinkSync(target, join(folder.path, 'master.json'))
    for (const command of ['status', 'stop', 'start']) {
      const ran = await cli(command)
      expect([ran.code, /is a symbolic link/.test(ran.stderr)]).to.deep.equal([4, true])
    }
    expect(readFileSync(target, 'utf8')).to.equal('alias ls=ls\n')
  })

  it('CLI-38: two stops at once both end with 0', async () => {
    await start()
    const stops = await Promise.all([cli('stop'), cli('stop')])
    expect(stops.map(ran => ran.code)).to.deep.equal([0, 0])
    expect(stops.map(ran => ran.stderr).join('')).not.to.match(/ {4}at /)
  })

  it('CLI-41: restarts on the same port again and again, with the options of the start', async () => {
    const { stdout } = await startAs('kept')
    const port = new URL(stdout.trim()).port
    for (let round = 0; round < 5; round++) {
      const ran = await cli('restart', '-p', port)
      expect([ran.code, ran.stdout], ran.stderr).to.deep.equal([0, stdout])
    }
    const kept = JSON.parse(readFileSync(join(folder.path, 'master.options.json'), 'utf8'))
    expect(kept.values).to.include({ port })
    expect(kept.values.conf).to.deep.equal(['simspark.app.name=kept'])
  })

  it('CFG-55: a restart with a bad setting leaves the daemon as it is', async () => {
    await start()
    const { pid } = folder.state()
    const ran = await cli('restart', '--conf', 'simspark.task.maxFailures=0')
    expect(ran.code).to.equal(2)
    expect(ran.stderr).to.match(/--conf: simspark\.task\.maxFailures is "0"; expected/)
    expect(folder.state().pid).to.equal(pid)
    expect((await cli('status')).code).to.equal(0)
  })

  it('CLI-42, CLI-43: gives back stdout at once and survives a reader that goes', async () => {
    const script = 'OUT=$(CLI start --state-dir "$1" -p 0 --allow-root); echo "$OUT"'
    const ran = await shell(script)
    expect(ran.stdout).to.match(/^simspark:/)
    expect(ran.durationMs).to.be.lessThan(9000)
    const piped = await shell(
      'CLI status --state-dir "$1" --json | head -c1; CLI start --state-dir "$1" | true',
    )
    expect(piped.stdout).to.equal('{')
    expect(piped.stderr).not.to.match(/EPIPE| {4}at /)
    expect((await cli('status')).code).to.equal(0)
  })

  it('CLI-44: starts with stdin, stdout and stderr closed, and keeps 0 to 2 for nobody', async () => {
    await shell('CLI start --state-dir "$1" -p 0 >&- 2>&- <&-')
    const { pid } = folder.state()
    expect((await cli('status')).code).to.equal(0)
    if (process.platform !== 'linux') return
    const fds = spawnSync('readlink', [`/proc/${pid}/fd/0`, `/proc/${pid}/fd/1`], {
      encoding: 'utf8',
    })
    expect(fds.stdout).to.match(/^\/dev\/null\n.*\.out\n$/)
  })

  it('CLI-45: lives on when the terminal hangs up: it has a session of its own', async () => {
    await start()
    const { pid } = folder.state()
    process.kill(pid, 'SIGHUP')
    process.kill(pid, 'SIGUSR1')
    expect((await cli('status')).code).to.equal(0)
    const ps = spawnSync('ps', ['-o', 'sid=', '-p', String(pid)], { encoding: 'utf8' })
    expect(Number(ps.stdout)).to.equal(pid)
  })

  it('CLI-47: starts where the current folder has been deleted, or says that it has', async () => {
    const script =
      'mkdir "$2" && cd "$2" && rmdir "$2" && CLI start --state-dir "$1" -p 0 --allow-root'
    const gone = join(folder.path, '..', 'gone')
    expect((await shell(script, gone)).code).to.equal(0)
    const relative = `${script} --log-dir logs2`
    const ran = await shell(relative, gone)
    expect(ran.stderr).to.match(/current directory no longer exists/)
    expect(ran.code).to.equal(7)
  })

  it('CLI-48: keeps files to itself whatever the umask', async () => {
    for (const umask of ['000', '777']) {
      const ran = await shell(`umask ${umask}; CLI start --state-dir "$1" -p 0`)
      expect(ran.code, ran.stderr).to.equal(0)
      const mode = (name: string) => statSync(join(folder.path, name)).mode & 0o777
      expect([mode('.'), mode('logs')]).to.deep.equal([0o700, 0o700])
      expect([mode('secret'), mode('master.json')]).to.deep.equal([0o600, 0o600])
      await cli('stop')
    }
  })

  it('CLI-50: says which limit is too low, before anything is bound', async () => {
    const size = await shell('ulimit -f 1000; CLI start --state-dir "$1" -p 0')
    expect(size.stderr).to.match(/files may have only 512000 bytes/)
    expect(size.code).to.equal(7)
    const none = await shell('ulimit -f 0; CLI start --state-dir "$1" -p 0')
    expect(none.code, none.stderr).to.be.oneOf([1, 7])
    expect(none.stderr).not.to.equal('')
    expect(folder.files()).not.to.include('master.json')
  })

  it('CLI-51, CLI-52: passes no NODE_OPTIONS and no secret of the shell to the daemon', async () => {
    const args = ['start', '--state-dir', folder.path, '-p', '0', '--allow-root']
    const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0', AWS_SECRET_ACCESS_KEY: 'hunter2' }
    const ran = await runCli(CLI, args, { env })
    expect(ran.stderr).to.match(/warning: NODE_OPTIONS is not passed to daemons/)
    expect(ran.code).to.equal(0)
    if (process.platform !== 'linux') return
    const environment = readFileSync(`/proc/${folder.state().pid}/environ`, 'utf8')
    expect(environment).not.to.match(/inspect|hunter2/)
  })

  it('CLI-74: status of a stopped process says so within 5 s; stop ends it all the same', async () => {
    await start()
    const { pid } = folder.state()
    process.kill(pid, 'SIGSTOP')
    const status = await cli('status')
    expect(status.stdout).to.match(/does not answer \(process \d+ exists, state T/)
    expect([status.code, status.durationMs < 5000]).to.deep.equal([4, true])
    const stopped = await cli('stop', '--timeout', '1')
    expect(stopped.stderr).to.match(/stopped, pid \d+ with SIGKILL/)
    expect(processFacts(pid)).to.equal(undefined)
    expect((await cli('status')).code).to.equal(3)
  })

  it('sends SIGKILL to a daemon that heeds no SIGTERM', async () => {
    await startAs('heeds no SIGTERM')
    const stopped = await cli('stop', '--timeout', '1')
    expect([stopped.code, /with SIGKILL/.test(stopped.stderr)]).to.deep.equal([0, true])
  })

  it('drains: asks, and returns when the process is gone', async () => {
    await start()
    const { pid } = folder.state()
    const stopped = await cli('stop', '--drain', '--json')
    expect(JSON.parse(stopped.stdout)).to.deep.equal({ kind: 'stopped', pid, killed: false })
    expect(processFacts(pid)).to.equal(undefined)
  })

  it('stays on the terminal with --foreground and ends with the signal', async () => {
    const args = [distPath(CLI), 'start', '--foreground', '--state-dir', folder.path, '-p', '0']
    const child = spawn(process.execPath, args, { stdio: 'ignore', env: cleanEnvironment() })
    const ended = new Promise<number | null>(resolve => child.once('close', resolve))
    while (!existsSync(join(folder.path, 'master.json'))) await pause(20)
    expect((await cli('status')).code).to.equal(0)
    const { pid } = folder.state()
    child.kill('SIGTERM')
    expect(await ended).to.equal(0)
    expect(processFacts(pid)).to.equal(undefined)
    expect((await cli('status')).code).to.equal(3)
  })

  it('tells with --foreground why it ended', async () => {
    const ran = await startAs('fails', '--foreground')
    expect([ran.code, /did not start: the reason it gives/.test(ran.stderr)]).to.deep.equal([
      1,
      true,
    ])
  })

  it('shows the end of the log, and what follows', async () => {
    await start()
    const { logFile } = folder.state()
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index} ${'é'.repeat(500)}`)
    writeFileSync(String(logFile), `${lines.join('\n')}\n`)
    const shown = await cli('logs', '-n', '2')
    expect(shown.stdout).to.equal(`${lines.slice(-2).join('\n')}\n`)
    const args = [distPath(CLI), 'logs', '--state-dir', folder.path, '-n', '0', '-f']
    const child = spawn(process.execPath, args, { env: cleanEnvironment() })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
    const ended = new Promise<number | null>(resolve => child.once('close', resolve))
    while (!text.includes('new line')) {
      writeFileSync(String(logFile), 'new line\n', { flag: 'a' })
      await pause(50)
    }
    child.kill('SIGINT')
    expect(await ended).to.equal(130)
  })
})

async function gone(pid: number): Promise<void> {
  while (processFacts(pid) !== undefined) await pause(10)
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms)
  })
}
