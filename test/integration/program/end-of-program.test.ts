import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { TEMP_PREFIX } from '../../support/temp-folder.ts'

/** Sends a signal when the program says that it is time. */
const READY = 'ready'

describe('the end of a program', function () {
  this.timeout(30_000)
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), TEMP_PREFIX))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  interface Ended {
    readonly code: number | null
    readonly output: string
    readonly left: readonly string[]
  }

  /** Runs a program with a context in local[2], and says how it ended and which temporary folders it left. */
  const run = async (body: string, signal?: NodeJS.Signals): Promise<Ended> => {
    const entry = new URL('../../../driver/index.js', import.meta.url)
    const path = join(folder, 'program.mjs')
    const tmp = await mkdtemp(join(folder, 'tmp-'))
    const head = `import { SparkContext } from ${JSON.stringify(entry.href)}
const sc = await SparkContext.getOrCreate({ master: 'local[2]' })
const forever = () => sc.range(4).map(x => { for (;;) if (x < 0) return x }).count()
sc.addSparkListener({ onTaskStart: () => console.log('${READY}') })
`
    await writeFile(path, head + body)
    const env = { ...process.env, TMPDIR: tmp }
    const child = spawn(process.execPath, [path], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    return new Promise(resolve => {
      let output = ''
      const hear = (bytes: Buffer): void => {
        const wasReady = output.includes(READY)
        output += bytes.toString()
        if (!wasReady && output.includes(READY)) sendTo(child, signal)
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.on('close', code => resolve({ code, output, left: readdirSync(tmp) }))
    })
  }

  const sendTo = (child: ChildProcess, signal: NodeJS.Signals | undefined): void => {
    if (signal !== undefined) child.kill(signal)
  }

  it('comes by itself where nothing is left to do, without stop', async () => {
    const { code, left } = await run('await sc.range(3).count()')
    expect(code).to.equal(0)
    expect(left).to.deep.equal([])
  })

  it('keeps the exit code that the program has set', async () => {
    const { code } = await run('await sc.range(3).count(); process.exitCode = 5')
    expect(code).to.equal(5)
  })

  it('waits for a job that runs', async () => {
    const { output, code } = await run("sc.range(3).sum().then(n => console.log('sum', n))")
    expect(output).to.contain('sum 3')
    expect(code).to.equal(0)
  })

  it('is 130 for SIGINT, with jobs cancelled and nothing left', async () => {
    const { code, left, output } = await run(
      'await forever().catch(error => { console.log(error.code) })',
      'SIGINT',
    )
    expect(code, output).to.equal(130)
    expect(output).to.contain('CONTEXT_STOPPED')
    expect(left).to.deep.equal([])
  })

  it('is the program’s own where it handles the signal itself', async () => {
    const body = "process.on('SIGTERM', () => process.exit(9)); await forever()"
    expect((await run(body, 'SIGTERM')).code).to.equal(9)
  })

  it('is 1 for an error that nobody caught while a job runs', async () => {
    const { code, left, output } = await run(
      "sc.addSparkListener({}); setTimeout(() => { throw new Error('mine') }, 200); await forever()",
    )
    expect(code).to.equal(1)
    expect(output).to.contain('Error: mine')
    expect(left).to.deep.equal([])
  })

  it('is what process.exit says, while a job runs', async () => {
    const { code, left } = await run('setTimeout(() => process.exit(7), 200); await forever()')
    expect(code).to.equal(7)
    expect(left).to.deep.equal([])
  })

  it('leaves a message for actions that stop cut off', async () => {
    const { output, code } = await run(
      'setTimeout(() => sc.stop(), 200); await forever().catch(error => console.log(error.message))',
    )
    expect(output).to.match(
      /rdd\.count\(\) at program\.mjs:3: the SparkContext made at program\.mjs:2 was stopped at program\.mjs:5/,
    )
    expect(code).to.equal(0)
  })
})
