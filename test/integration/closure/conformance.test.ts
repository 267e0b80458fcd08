/** Every row of the conformance table on every Node and in every way of writing a module. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import {
  type Assembly,
  assemble,
  type ModuleKind,
  problemsOf,
  rowsOf,
  runCases,
} from '../../support/conformance.ts'
import { type NodeVersion, type Toolbox, toolbox } from '../../support/toolbox.ts'

const run = promisify(execFile)

const RUN_TIMEOUT_MS = 120_000
const INSTALL_TIMEOUT_MS = 600_000

/** One way to write and run the user's program. */
interface Way {
  readonly name: string
  readonly kind: ModuleKind
  readonly nodes: readonly NodeVersion[]
  readonly nodeOptions?: readonly string[]
  /** What TypeScript's compiler makes of it; without, the file runs as it is. */
  readonly compiled?: { readonly target: string; readonly module: string }
  /** Compared with what the function gives without shipping: this output changes some meanings itself. */
  readonly comparesToLocal?: boolean
  /** Cases that cannot hold on a version, each with its reason. */
  readonly allowed?: Partial<Record<NodeVersion, readonly string[]>>
}

const ALL: readonly NodeVersion[] = ['20', '22', '24', '26']

const ES5_ALLOWED = [
  // The compiler's output for `super` in an object literal does not run without shipping either.
  '22 an object with super, accessors and __proto__',
  // A running generator is an object of the compiler's there, position and all, and travels.
  '43 a running generator',
]

const ways: readonly Way[] = [
  { name: 'ESM', kind: 'esm', nodes: ALL },
  { name: 'CommonJS', kind: 'commonjs', nodes: ALL },
  {
    name: 'tsx, ESM',
    kind: 'ts-esm',
    nodes: ALL,
    nodeOptions: ['--import', 'tsx'],
    // The executor imports a .ts file itself there, and Node 20 alone cannot.
    allowed: { 20: ['44 import.meta and import() inside'] },
  },
  { name: 'tsx, CommonJS', kind: 'ts-commonjs', nodes: ALL, nodeOptions: ['--import', 'tsx'] },
  { name: 'stripped types', kind: 'ts-erasable', nodes: ['22', '24', '26'] },
  {
    name: 'tsc to es2022 ESM',
    kind: 'ts-esm',
    nodes: ALL,
    compiled: { target: 'es2022', module: 'es2022' },
  },
  {
    name: 'tsc to es2017 CommonJS',
    kind: 'ts-commonjs',
    nodes: ALL,
    compiled: { target: 'es2017', module: 'commonjs' },
  },
  {
    name: 'tsc to es2015 CommonJS',
    kind: 'ts-commonjs',
    nodes: ALL,
    compiled: { target: 'es2015', module: 'commonjs' },
  },
  {
    // UDF-05: helpers of es5 compilers.
    name: 'tsc to es5 CommonJS',
    kind: 'ts-commonjs',
    nodes: ALL,
    compiled: { target: 'es5', module: 'commonjs' },
    comparesToLocal: true,
    allowed: Object.fromEntries(ALL.map(version => [version, ES5_ALLOWED])),
  },
]

describe('closure conformance matrix', function () {
  this.timeout(RUN_TIMEOUT_MS)
  let tools: Toolbox
  let folder = ''

  before(async function () {
    this.timeout(INSTALL_TIMEOUT_MS)
    tools = await toolbox()
    // Below the packages, so that programs find them.
    folder = mkdtempSync(join(tools.modules, 'run-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const way of ways) {
    describe(way.name, () => {
      let casesFile = ''
      const assembly: Assembly = { kind: way.kind, withPackages: true }
      const home = (): string => join(folder, way.name.replace(/\W+/g, '-'))

      before(async () => {
        casesFile = assemble(assembly, home())
        if (way.compiled) casesFile = await compile(tools, casesFile, way.compiled)
      })

      for (const version of way.nodes) {
        it(`holds every row on Node ${version}`, async () => {
          const results = await runCases({
            node: tools.node[version],
            casesFile,
            ...(way.nodeOptions ? { nodeOptions: way.nodeOptions } : {}),
            environment: {
              CASES_SOURCE: way.compiled ? join(home(), 'cases.ts') : casesFile,
              ...(way.comparesToLocal ? { CASES_COMPARE: 'local' } : {}),
            },
          })
          const problems = problemsOf(results, rowsOf(assembly), way.allowed?.[version])
          expect(problems.join('\n')).to.equal('')
        })
      }
    })
  }
})

/** Compiles a program into a folder beside it; type errors do not matter, missing output does. */
async function compile(
  { modules }: Toolbox,
  casesFile: string,
  { target, module }: { readonly target: string; readonly module: string },
): Promise<string> {
  const source = join(casesFile, '..')
  const out = join(source, 'out')
  const options = {
    target,
    module,
    moduleResolution: module === 'commonjs' ? 'node10' : 'bundler',
    noCheck: true,
    skipLibCheck: true,
    sourceMap: true,
    importHelpers: module === 'commonjs',
    downlevelIteration: true,
    esModuleInterop: true,
    rewriteRelativeImportExtensions: true,
    ignoreDeprecations: '5.0',
    types: [],
    outDir: out,
  }
  const config = join(source, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({ compilerOptions: options, files: ['cases.ts', 'helpers.ts'] }),
  )
  const compiler = join(modules, 'node_modules/typescript5/bin/tsc')
  await run(process.execPath, [compiler, '-p', config]).catch(() => {})
  for (const name of ['package.json', 'harness.mjs', 'executor.mjs']) {
    cpSync(join(source, name), join(out, name))
  }
  const compiled = join(out, 'cases.js')
  expect(existsSync(compiled), 'the compiler wrote nothing').to.equal(true)
  return compiled
}
