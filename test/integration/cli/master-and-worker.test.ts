import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { distPath, type Ran, runCli, runProgram, StateFolder } from '../../support/run-cli.ts'

/** Rows of the list of bad inputs that concern `simspark`, `simspark-master` and `simspark-worker`, by their ids. */
let folder: StateFolder

function master(command: string, ...more: readonly string[]): Promise<Ran> {
  return runCli('master/cli.js', [command, '--state-dir', folder.path, ...more])
}
const startMaster = (...more: readonly string[]) =>
  master('start', '-p', '0', '--allow-root', ...more)

function worker(command: string, ...more: readonly string[]): Promise<Ran> {
  return runCli('worker/cli.js', [command, ...more, '--state-dir', folder.path])
}
const startWorker = (url: string, ...more: readonly string[]) =>
  worker('start', url, '--allow-root', ...more)

/** The command ended with the code, said all of it on stderr, and showed no stack. */
function told(ran: Ran, code: number, ...says: RegExp[]): void {
  expect(ran.code, ran.stderr).to.equal(code)
  for (const one of says) expect(ran.stderr).to.match(one)
  expect(ran.stderr).not.to.match(/\n {4}at /)
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return `simspark://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const NOWHERE = 'simspark://127.0.0.1:1'

const rows: Readonly<Record<string, () => Promise<void>>> = {
  async 'CLI-01 no arguments'() {
    const ran = await runCli('driver/cli/simspark.js', [])
    told(ran, 2, /simspark-master start/, /simspark-worker start/, /node app\.js/)
    expect(ran.stderr.split('\n').length).to.be.at.most(26)
    for (const program of ['master/cli.js', 'worker/cli.js']) {
      told(await runCli(program, []), 2, /Commands:\n {2}start/)
    }
  },
  async 'CLI-05 port that is no number'() {
    for (const port of ['abc', '65536', '-1']) {
      told(await master('start', '--port', port), 2, /--port: .* is "-?\w+"; .*0 to 65535/)
    }
  },
  async 'CLI-07 port not in decimal digits'() {
    for (const port of ['1e3', '0x1ba5', '7077.5', ' 7077']) {
      told(await master('start', '--port', port), 2, /decimal digits, 0 to 65535/)
    }
  },
  async 'CLI-10 second start'() {
    const first = await startMaster()
    const { pid } = folder.state()
    told(await startMaster(), 0, new RegExp(`already running, pid ${pid} since 20`))
    expect(folder.state().pid).to.equal(pid)
    expect((await master('stop')).code, first.stderr).to.equal(0)
  },
  async 'CLI-13, CLI-14, CLI-15 beyond loopback without a secret, however it is spelt'() {
    for (const host of ['0.0.0.0', '0', '::', '::ffff:0.0.0.0']) {
      const ran = await startMaster('--host', host)
      told(
        ran,
        4,
        /refusing to listen beyond loopback .*without a secret/,
        /simspark secret create/,
      )
    }
    expect(folder.files()).to.deep.equal(['logs'])
  },
  async 'CLI-13 beyond loopback with a secret and without TLS'() {
    const made = await runCli('driver/cli/simspark.js', [
      ...['secret', 'create', '--state-dir', folder.path],
    ])
    told(made, 0, /certificates for/)
    expect(made.stdout).to.equal(`${join(folder.path, 'secret')}\n`)
    const files = ['server.pem', 'server-key.pem', 'authority.pem', 'authority-key.pem']
    for (const file of files) expect(existsSync(join(folder.path, 'tls', file))).to.equal(true)
    // Certificates are there, so TLS it is.
    told(await startMaster('--host', '0.0.0.0'), 0, /master started/)
    told(await master('status'), 0)
    told(await master('stop'), 0)
    chmodSync(join(folder.path, 'tls'), 0o700)
    spawnSync('rm', ['-r', join(folder.path, 'tls')])
    told(await startMaster('--host', '0.0.0.0'), 4, /without TLS/, /plaintext-network-is-trusted/)
    told(await startMaster('--host', '0.0.0.0', '--plaintext-network-is-trusted'), 0)
    told(await master('stop'), 0)
  },
  async 'CLI-16 empty host'() {
    told(await startMaster('--host', ''), 2, /--host has no value/)
    told(await startMaster('--host', ' '), 2, /the host is empty/)
  },
  async 'CLI-18 odd spellings of 127.0.0.1'() {
    for (const host of ['2130706433', '127.1', '0x7f.1']) {
      const ran = await startMaster('--host', host)
      expect(ran.stdout).to.match(/^simspark:\/\/127\.0\.0\.1:\d+\n$/)
      told(await master('stop'), 0)
    }
  },
  async 'CLI-19 an address of another machine'() {
    told(
      await startMaster('--host', '203.0.113.9'),
      7,
      /not an address of this machine; .*127\.0\.0\.1/,
    )
  },
  async 'CLI-22, CLI-23, CLI-25 secret files'() {
    mkdirSync(folder.path, { mode: 0o700 })
    const file = join(folder.path, 'own')
    const secret = 'x'.repeat(43)
    writeFileSync(file, `${secret}\r\n`, { mode: 0o644 })
    chmodSync(file, 0o644)
    const given = ['--secret-file', file]
    told(await startMaster(...given), 4, /readable by others; chmod 600 /)
    chmodSync(file, 0o600)
    const { stdout } = await startMaster(...given)
    writeFileSync(join(folder.path, 'plain'), secret, { mode: 0o600 })
    const plain = ['--secret-file', join(folder.path, 'plain')]
    told(await startWorker(stdout.trim(), ...plain), 0)
    told(await worker('stop'), 0)
    told(await master('stop'), 0)
    if (process.getuid?.() !== 0) return
    spawnSync('chown', ['12345', file])
    told(await startMaster(...given), 4, /belongs to user 12345/)
  },
  async 'CLI-30 state folder that is a link'() {
    for (const target of ['/etc', '/nowhere']) {
      const link = join(folder.path, '..', `link${target.length}`)
      symlinkSync(target, link)
      const ran = await runCli('master/cli.js', ['start', '--state-dir', link])
      told(ran, 4, /is a symbolic link/)
    }
  },
  async 'CLI-30 state folder that is open to others'() {
    mkdirSync(folder.path)
    chmodSync(folder.path, 0o755)
    told(await startMaster(), 4, /open to others \(mode 0755\); chmod 700/)
  },
  async 'CLI-32 full disk'() {
    const disk = join(folder.path, '..', 'disk')
    mkdirSync(disk)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100k,mode=0700', 'tmpfs', disk])
    // Only the superuser may; without it the unit tests have to do.
    if (mounted.status !== 0) return
    try {
      writeFileSync(join(disk, 'filling'), Buffer.alloc(90 * 1024))
      const ran = await runCli('master/cli.js', ['start', '-p', '0', '--state-dir', disk])
      told(ran, 7, /cannot write into .*ENOSPC.*bytes are free/)
      expect(existsSync(join(disk, 'master.json'))).to.equal(false)
    } finally {
      spawnSync('umount', [disk])
    }
  },
  async 'CLI-49 few open files'() {
    const script = `ulimit -n 64; "${process.execPath}" "${distPath('master/cli.js')}" start`
    told(await runProgram('sh', ['-c', script]), 7, /needs ≥ 1024 open files, have 64/)
  },
  async 'CLI-53 an old Node'() {
    const old = "Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } })"
    for (const cli of ['master/cli.js', 'worker/cli.js', 'driver/cli/simspark.js']) {
      const preload = `data:text/javascript,${encodeURIComponent(old)}`
      const ran = await runProgram(process.execPath, ['--import', preload, distPath(cli)])
      told(ran, 2, /needs Node >= 20\.19, this is 18\.20\.4\n$/)
    }
  },
  async 'CLI-54 started by root'() {
    if (process.getuid?.() !== 0) return
    told(await master('start', '-p', '0'), 0, /warning: .*user code/)
    told(await master('stop'), 0)
  },
  async 'CLI-55 cores'() {
    for (const cores of ['0', '-1', '1.5', 'abc', '1e9']) {
      told(await startWorker(NOWHERE, '--cores', cores), 2, /--cores: .*1 to 4096/)
    }
  },
  async 'CLI-57 memory'() {
    for (const memory of ['10x', '-1g', '1']) {
      told(await startWorker(NOWHERE, '--memory', memory), 2, /--memory: .*at least 64m/)
    }
    told(await startWorker(NOWHERE, '--memory', '10x'), 2, /512m or 2g/)
    told(
      await startWorker(NOWHERE, '--memory', '999999g'),
      2,
      /more than this machine has \(\d+m\)/,
    )
  },
  async 'CLI-59 credentials in a master URL'() {
    const ran = await startWorker('simspark://user:pw@h:7077/x?y#z')
    told(ran, 2, /no user or password/)
    expect(ran.stderr).not.to.match(/pw@/)
    told(await startWorker('http://127.0.0.1:1'), 2, /is no master URL/)
  },
  async 'CLI-61 what is no master'() {
    told(await startWorker(NOWHERE), 3, /cannot reach a master at 127\.0\.0\.1:1: nothing listens/)
    const silent = createServer()
    const shell = createServer(socket => {
      socket.on('error', () => {})
      socket.write('SSH-2.0-OpenSSH_9.2\r\n')
    })
    const web = createHttpServer((_request, response) => response.end('hello'))
    for (const server of [shell, web]) {
      const ran = await startWorker(await listening(server))
      told(ran, 3, /127\.0\.0\.1:\d+ answered, but is not a simSpark master/)
      server.close()
    }
    const ran = await startWorker(await listening(silent))
    told(ran, 3, /does not answer as a simSpark master does/)
    expect(ran.durationMs).to.be.lessThan(5500)
    silent.close()
  },
  async 'CLI-62 wrong secret'() {
    const { stdout } = await startMaster()
    const other = join(folder.path, 'other')
    writeFileSync(other, 'y'.repeat(43), { mode: 0o600 })
    const ran = await startWorker(stdout.trim(), '--secret-file', other)
    told(ran, 4, /secret not accepted by 127\.0\.0\.1:\d+/)
    expect(folder.files()).not.to.include('worker.json')
    told(await master('stop'), 0)
  },
  async 'CLI-63 master of another version'() {
    const body = { service: 'simspark', role: 'master', pid: 1, epoch: 1, state: 'ready' }
    const answer = JSON.stringify({ ...body, version: '99.0.0' })
    const server = createHttpServer((_request, response) => {
      response.setHeader('x-simspark', '1').end(answer)
    })
    const ran = await startWorker(await listening(server))
    told(ran, 3, /is version 99\.0\.0, this is \d+\.\d+\.\d+; upgrade this installation/)
    server.close()
  },
  async 'CLI-70 repeated, empty and unknown options'() {
    told(await master('start', '--port', '1', '--port', '2'), 2, /--port is given twice/)
    told(await master('start', '--port='), 2, /--port has no value/)
    told(await master('start', '-z'), 2, /unknown option '-z'/)
    told(await master('start', '--no-port'), 2, /unknown option '--no-port'/)
    told(await master('start', 'extra'), 2, /too many arguments/)
    told(
      await master('start', '--conf', 'simspark.master.prot=1'),
      2,
      /did you mean .*master\.port/,
    )
    told(await runCli('master/cli.js', ['strat']), 2, /Did you mean start\?/)
  },
  async 'CLI-73 status --json'() {
    await startMaster()
    const command = `"${process.execPath}" "${distPath('master/cli.js')}" status --json --state-dir "$1"`
    const cut = await runProgram('sh', ['-c', `${command} | head -c1`, 'sh', folder.path])
    expect([cut.stdout, cut.stderr]).to.deep.equal(['{', ''])
    const whole = JSON.parse((await master('status', '--json')).stdout)
    expect(whole).to.include({ role: 'master', instance: 1, status: 'running' })
    expect(whole.details).to.include({ status: 'ALIVE', workers: 0 })
    told(await master('stop'), 0)
  },
  async 'CFG-34 authenticate: false'() {
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const off = ['--conf', 'simspark.authenticate=false', '--host', host]
      told(await startMaster(...off), 4, /simspark\.authenticate is false \(--conf\)/)
    }
  },
  // A folder that is named on the command line or in a file may lie anywhere, but it must be ours alone.
  async 'CFG-44 log folder that is a link or open to others'() {
    mkdirSync(folder.path, { mode: 0o700 })
    symlinkSync('/etc', join(folder.path, 'link'))
    told(await startMaster('--log-dir', join(folder.path, 'link')), 4, /is a symbolic link/)
    told(await startMaster('--log-dir', '/tmp'), 4, /is open to others/)
  },
}

/** Rows that are asserted elsewhere or belong to a later issue, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  'CLI-11': 'daemon-engine.test.ts',
  'CLI-17': 'unit/publib/cli: the name service is given there',
  'CLI-28':
    'unit/worker: the environment of executor hosts; of daemons: CLI-51 in daemon-engine.test.ts',
  'CLI-33': 'daemon-engine.test.ts',
  'CLI-35': 'daemon-engine.test.ts',
  'CLI-36': 'daemon-engine.test.ts',
  'CLI-38': 'daemon-engine.test.ts',
  'CLI-41': 'daemon-engine.test.ts',
  'CLI-42': 'daemon-engine.test.ts',
  'CLI-43': 'daemon-engine.test.ts',
  'CLI-44': 'daemon-engine.test.ts',
  'CLI-45': 'daemon-engine.test.ts',
  'CLI-47': 'daemon-engine.test.ts',
  'CLI-48': 'daemon-engine.test.ts',
  'CLI-50': 'daemon-engine.test.ts',
  'CLI-51': 'daemon-engine.test.ts',
  'CLI-52': 'daemon-engine.test.ts',
  'CLI-74': 'daemon-engine.test.ts',
  'CLI-64': 'submit: a later issue',
  'CLI-65': 'submit: a later issue',
  'CLI-66': 'submit: a later issue',
  'CLI-69': 'kill by id: a later issue; logs here takes no id',
  'CLI-72': 'unit/publib/cli/cli.test.ts: texts from outside, escaped and cut',
}

describe('the commands of master and worker', () => {
  beforeEach(() => {
    folder = new StateFolder()
  })
  afterEach(() => folder.dispose())

  for (const [row, check] of Object.entries(rows)) it(row, check)

  it('covers every row of the list, here or elsewhere', () => {
    const first = [
      1, 5, 7, 10, 11, 13, 14, 15, 16, 17, 18, 19, 22, 23, 25, 28, 30, 32, 33, 35, 36, 38,
    ]
    const second = [41, 42, 43, 44, 45, 47, 48, 49, 50, 51, 52, 53, 54, 55, 57, 59, 61, 62, 63, 64]
    const all = [...first, ...second, 65, 66, 69, 70, 72, 73, 74]
    const here = Object.keys(rows).flatMap(row => row.match(/CLI-\d+/g) ?? [])
    const named = new Set([...here, ...Object.keys(elsewhere)])
    const wanted = all.map(id => `CLI-${String(id).padStart(2, '0')}`)
    expect([...named].sort()).to.deep.equal(wanted.sort())
  })

  it('a worker registers, shows itself, drains and is gone', async () => {
    const { stdout } = await startMaster()
    told(await startWorker(stdout.trim(), '-c', '1', '-m', '256m'), 0, /worker started/)
    told(await startWorker(stdout.trim(), '--instance', '2'), 0, /worker-2 started/)
    const seen = JSON.parse((await master('status', '--json')).stdout)
    expect(seen.details.workers).to.equal(2)
    const own = JSON.parse((await worker('status', '--json')).stdout)
    expect(own.details.cores).to.equal(1)
    told(await worker('restart'), 0, /worker stopped, pid \d+\n(.*\n)*worker started/)
    told(await worker('stop', '--drain'), 0, /worker stopped/)
    told(await worker('stop', '--instance', '2'), 0)
    told(await worker('status'), 3)
    told(await master('stop'), 0)
    expect(folder.files().filter(file => file.endsWith('.json'))).to.deep.equal([
      'master.options.json',
      'worker-2.options.json',
      'worker.options.json',
    ])
  })

  it('simspark master and simspark worker are the same commands', async () => {
    const args = ['master', 'status', '--state-dir', folder.path]
    const ran = await runCli('driver/cli/simspark.js', args)
    expect([ran.code, ran.stdout]).to.deep.equal([3, 'master is not running\n'])
  })
})

describe('simspark secret and config', () => {
  beforeEach(() => {
    folder = new StateFolder()
  })
  afterEach(() => folder.dispose())

  const simspark = (...args: readonly string[]) =>
    runCli('driver/cli/simspark.js', [...args, '--state-dir', folder.path])

  it('makes, shows and rotates a secret without ever printing it', async () => {
    told(await simspark('secret', 'show-path'), 2, /There is no secret file/)
    const made = await simspark('secret', 'create')
    const path = join(folder.path, 'secret')
    const first = readFileSync(path, 'utf8').trim()
    told(await simspark('secret', 'create'), 0, /is there already/)
    expect(readFileSync(path, 'utf8').trim()).to.equal(first)
    expect((await simspark('secret', 'show-path')).stdout).to.equal(`${path}\n`)
    const rotated = await simspark('secret', 'rotate')
    expect(readFileSync(path, 'utf8').split('\n')).to.have.length(3)
    expect(readFileSync(path, 'utf8')).to.include(first)
    told(await simspark('secret', 'rotate', '--forget-old'), 0)
    expect(readFileSync(path, 'utf8')).not.to.include(first)
    for (const ran of [made, rotated]) expect(ran.stdout + ran.stderr).not.to.include(first)
  })

  it('loads a file for this account, shows where values come from, and forgets them', async () => {
    mkdirSync(folder.path, { mode: 0o700 })
    const file = join(folder.path, '..', 'mine.yaml')
    writeFileSync(
      file,
      'simspark:\n  network.timeout: 12s\n  authenticate.secretFile: keys/secret\n',
    )
    told(await simspark('config', 'load', file), 0, /2 settings of .*mine\.yaml taken/)
    const shown = JSON.parse((await simspark('config', 'show', '--json', '--set')).stdout)
    const target = join(folder.path, 'simspark-defaults.conf')
    expect(shown.map((row: { value: string }) => row.value).sort()).to.deep.equal(
      [join(folder.path, '..', 'keys/secret'), '12s'].sort(),
    )
    for (const { source } of shown) expect(source).to.match(new RegExp(`^${target}:\\d:1$`))
    const table = await simspark('config', 'show', '--conf', 'simspark.network.timeout=13s')
    expect(table.stdout).to.match(/simspark\.network\.timeout +13s +--conf\n/)
    const explained = await simspark('config', 'explain', 'simspark.network.timeout')
    expect(explained.stdout).to.match(/12s\n.*default 10s; duration.*SIMSPARK_NETWORK_TIMEOUT/)
    told(await simspark('config', 'explain', 'simspark.network.timout'), 2, /did you mean/)
    writeFileSync(file, 'simspark.network.timeout: soon\n')
    told(await simspark('config', 'load', file), 2, /mine\.yaml:1:1: .*is "soon"; expected/)
    told(await simspark('config', 'reset'), 0)
    expect(existsSync(target)).to.equal(false)
    told(await simspark('config', 'load', join(folder.path, 'none')), 2, /no such settings file/)
  })
})
