/** The conformance rows under conditions that programs meet: other Nodes, other paths, threads, debuggers, coverage. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { assemble, library, problemsOf, rowsOf, runCases } from '../../support/conformance.ts'
import { type NodeVersion, type Toolbox, toolbox } from '../../support/toolbox.ts'

const run = promisify(execFile)
const RUN_TIMEOUT_MS = 120_000
const INSTALL_TIMEOUT_MS = 600_000

describe('closure shipping under conditions', function () {
  this.timeout(RUN_TIMEOUT_MS)
  const assembly = { kind: 'esm', withPackages: true } as const
  let tools: Toolbox
  let folder = ''
  let casesFile = ''

  before(async function () {
    this.timeout(INSTALL_TIMEOUT_MS)
    tools = await toolbox()
    folder = mkdtempSync(join(tools.modules, 'run-'))
    casesFile = assemble(assembly, folder)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  async function problems(
    version: NodeVersion,
    environment: Readonly<Record<string, string>>,
    nodeOptions: readonly string[] = [],
  ): Promise<string> {
    const node = tools.node[version]
    const results = await runCases({ node, casesFile, environment, nodeOptions })
    return problemsOf(results, rowsOf(assembly)).join('\n')
  }

  for (const [driver, executor] of [
    ['20', '26'],
    ['26', '20'],
    ['24', '22'],
  ] as const) {
    it(`holds from a driver on Node ${driver} to an executor on Node ${executor}`, async () => {
      expect(await problems(driver, { EXECUTOR_NODE: tools.node[executor] })).to.equal('')
    })
  }

  it('holds where executors have the packages in another place', async () => {
    expect(await problems('20', { MOVED: '1', EXECUTOR_CWD: folder })).to.equal('')
  })

  for (const version of ['20', '24'] as const) {
    it(`holds for a driver in a worker thread of Node ${version}`, async () => {
      const environment = { HARNESS: join(folder, 'in-worker.mjs') }
      expect(await problems(version, environment)).to.equal('')
    })

    it(`holds while a debugger listens to Node ${version}, which it never pauses`, async () => {
      expect(await problems(version, { WITH_CLIENT: '1' })).to.equal('')
    })
  }

  /** Runs a program that has `closure` at hand, and gives what it prints. */
  async function output(
    program: string,
    options: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const file = join(folder, 'program.mjs')
    const head = `import * as closure from ${JSON.stringify(pathToFileURL(library).href)}\n`
    writeFileSync(file, head + program)
    const env = { PATH: process.env['PATH'], ...environment }
    const { stdout } = await run(process.execPath, ['--no-warnings', ...options, file], { env })
    return stdout
  }

  const capturing = `
    class Job { k = 2; arrow() { return x => x * this.k } }
    const make = () => new Job().arrow()
    const capture = fn => closure.capture([{ fn, operation: 'm' }])
  `

  it('lets the process end by itself', async () => {
    expect(await output(`${capturing}; capture(make()); console.log('end')`)).to.equal('end\n')
  })

  it('holds on to none of the functions that were captured', async () => {
    const program = `${capturing}
      const refs = []
      for (let i = 0; i < 200; i++) { const fn = make(); capture(fn); refs.push(new WeakRef(fn)) }
      for (let i = 0; i < 5; i++) { await new Promise(resolve => setTimeout(resolve, 10)); gc() }
      console.log(refs.filter(ref => ref.deref()).length)`
    expect(Number(await output(program, ['--expose-gc']))).to.be.lessThan(20)
  })

  it('leaves block coverage as it is', async () => {
    const coverage = join(folder, 'coverage')
    const program = `${capturing}
      capture(make())
      function after(x) { if (x) { return 1 } return 2 }
      console.log(after(1))`
    await output(program, [], { NODE_V8_COVERAGE: coverage })
    const [report] = readdirSync(coverage)
    const { result } = JSON.parse(readFileSync(join(coverage, report ?? ''), 'utf8')) as {
      result: { url: string; functions: { functionName: string; isBlockCoverage: boolean }[] }[]
    }
    const own = result.find(script => script.url.endsWith('program.mjs'))
    const after = own?.functions.find(each => each.functionName === 'after')
    expect(after?.isBlockCoverage).to.equal(true)
  })
})
