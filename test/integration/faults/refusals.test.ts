/** What a program, a master or a worker is told that cannot come together with the others. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { SimSparkError, SparkContext } from '../../../driver/index.ts'
import { createSecretFile } from '../../../publib/security/index.ts'
import { TestCluster } from '../../support/cluster.ts'
import { PrivateTemp } from '../../support/private-temp.ts'
import { TestDaemon } from '../../support/test-daemon.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
/** A driver waits five seconds for a master that may be starting. */
const GIVEN_UP_MS = 5_000

describe('what is told who cannot take part', function () {
  this.timeout(60_000)
  let temp: PrivateTemp
  let cluster: TestCluster
  const servers: Server[] = []
  const sockets: Socket[] = []

  before(async () => {
    temp = new PrivateTemp()
    cluster = await TestCluster.start({ workers: 1 })
  })
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
    for (const server of servers.splice(0)) server.close()
  })
  after(async () => {
    await cluster.stop()
    try {
      await temp.assertEmpty(1_000)
    } finally {
      temp.dispose()
    }
  })

  /** The one error that a program gets, within the limit; nothing of the attempt stays. */
  async function refused(master: string, secretFile: string, limitMs: number) {
    const startMs = performance.now()
    const conf = { 'simspark.authenticate.secretFile': secretFile }
    const error = await SparkContext.getOrCreate({ master, appName: 'refused', conf }).then(
      sc => sc.stop().then(() => undefined),
      (thrown: unknown) => thrown,
    )
    expect(error).to.be.instanceOf(SimSparkError)
    expect(performance.now() - startMs).to.be.lessThan(limitMs * 3)
    return error as SimSparkError
  }

  async function listen(onSocket: (socket: Socket) => void): Promise<string> {
    const server = createServer(socket => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      onSocket(socket)
    })
    servers.push(server)
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', () => resolve())
    })
    return `simspark://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('a master that nobody runs: where it was looked for, and what to do', async () => {
    const error = await refused('simspark://127.0.0.1:1', cluster.secretFile, GIVEN_UP_MS)
    expect(error.code).to.equal('MASTER_UNREACHABLE')
    expect(error.message).to.match(/127\.0\.0\.1:1\b/)
    expect(error.hint).to.match(/simspark-master status/)
  })

  it('a master that takes the connection and says nothing', async () => {
    const url = await listen(() => undefined)
    const error = await refused(url, cluster.secretFile, GIVEN_UP_MS)
    expect(error.code).to.equal('MASTER_UNREACHABLE')
    expect(error.message).to.include(url.slice('simspark://'.length))
  })

  it('something else that listens on the port of the master', async () => {
    const url = await listen(socket => socket.end('220 mail.example ESMTP\r\n'))
    const error = await refused(url, cluster.secretFile, GIVEN_UP_MS)
    expect(error.code).to.equal('MASTER_UNREACHABLE')
    expect(error.hint).not.to.equal(undefined)
  })

  it('a secret of another cluster: refused at once, and neither secret is shown', async () => {
    const file = join(temp.path, 'other-secret')
    const { current } = await createSecretFile(file)
    const error = await refused(cluster.url, file, 1_000)
    expect(error.code).to.equal('NOT_AUTHENTICATED')
    expect(error.hint).to.match(/secretFile/)
    const text = JSON.stringify(error.toJSON())
    expect(text).not.to.include(current).and.not.to.include(cluster.secret)
    expect(cluster.master.log).not.to.include(current)
    spawnSync('rm', [file])
  })

  it('a secret that is not there: which file, and how to make one', async () => {
    const file = join(temp.path, 'no-secret')
    const error = await refused(cluster.url, file, 1_000)
    expect(`${error.message} ${error.hint}`)
      .to.include(file)
      .and.match(/simspark secret create/)
  })

  it('a program and a worker of another version: both versions, and what to do', async () => {
    const folder = join(temp.path, 'other-version')
    const own = (
      JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    ).version
    installOtherVersion(folder, '99.0.0')
    const program = join(folder, 'program.mjs')
    const index = pathToFileURL(join(folder, 'dist/driver/index.js')).href
    writeFileSync(
      program,
      `import { SparkContext } from ${JSON.stringify(index)}
const conf = { 'simspark.authenticate.secretFile': ${JSON.stringify(cluster.secretFile)} }
await SparkContext.getOrCreate({ master: ${JSON.stringify(cluster.url)}, appName: 'other', conf })
  .catch(error => { console.log(error.code, error.message, error.hint); process.exitCode = 9 })`,
    )
    const ran = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 30_000 })
    expect(ran.status, ran.stderr).to.equal(9)
    expect(ran.stdout).to.match(/^VERSION_MISMATCH /)
    expect(ran.stdout)
      .to.include(own)
      .and.include('99.0.0')
      .and.match(/same version/)
    const [worker] = cluster.workers
    const options = { ...worker!.options, stateDir: folder, logFile: join(folder, 'log') }
    const main = join(folder, 'dist/worker/main.js')
    const started = spawnSync(process.execPath, [main, JSON.stringify(options)], {
      ...{ encoding: 'utf8', timeout: 30_000 },
    })
    expect(started.status).to.equal(1)
    expect(started.stderr)
      .to.include(own)
      .and.include('99.0.0')
      .and.not.match(/\n {4}at /)
    spawnSync('rm', ['-r', folder])
  })

  it('a port that is in use: which, and the master that holds it goes on', async () => {
    const { port } = cluster.master.state.address
    const stateDir = join(cluster.folder, 'second-master')
    mkdirSync(stateDir, { mode: 0o700 })
    const second = { ...cluster.master.options, port, stateDir, logFile: join(stateDir, 'log') }
    const told = await TestDaemon.start(second).catch((thrown: unknown) => thrown)
    expect((told as Error).message)
      .to.match(/EADDRINUSE|in use/)
      .and.include(String(port))
    expect((await cluster.status()).state).to.equal('ALIVE')
  })
})

/** The same files under another version. */
function installOtherVersion(folder: string, version: string): void {
  const skipsTests = (from: string): boolean => !from.includes('/dist/test')
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: skipsTests })
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...own, version }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
}
