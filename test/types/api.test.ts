import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import * as api from '../../driver/index.ts'
import { heldByPrograms, notYet } from './not-yet.ts'
import { memberNames, reduceContract } from './reduce-contract.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const fixtures = join(root, 'test', 'types', 'fixtures')
const read = (name: string) => readFileSync(join(fixtures, name), 'utf8')

/** What a class or function is when its constructor may be private. */
const VALUES = ['SparkConf', 'HashPartitioner', 'KeyedMap', 'bind', 'explain', 'registerShippable']
const CLASSES = ['SparkContext', 'RDD', 'SparkConf', 'SimSparkError', 'TaskContext']

describe('the public types', function () {
  this.timeout(60_000)
  const contract = read('api.d.ts')
  const left: Record<string, readonly string[]> = { ...notYet }
  for (const [name, members] of Object.entries(heldByPrograms)) {
    left[name] = [...(notYet[name] ?? []), ...members]
  }
  const folder = mkdtempSync(join(root, 'dist', 'types-'))
  let diagnostics: readonly Diagnostic[]
  // Begun when the file is loaded, so that other tests run beside the compiler.
  const compiling = compile(folder, {
    'contract.d.ts': reduceContract(contract, left).text,
    'assignable.ts': assignable(),
    'programs.ts': read('programs.test-d.ts'),
    'messages.ts': read('messages.test-d.ts'),
  })
  compiling.catch(() => undefined)

  before(async () => {
    diagnostics = await compiling
  })
  const clean = () => rmSync(folder, { recursive: true, force: true })
  after(clean)
  // Where no test of this file is run, nothing else does.
  process.once('exit', clean)

  const of = (file: string) => diagnostics.filter(({ path }) => path.endsWith(file))

  it('are assignable to the contract, where they exist', () => {
    expect(of('assignable.ts').map(({ text }) => text)).to.deep.equal([])
    expect(of('contract.d.ts').map(({ text }) => text)).to.deep.equal([])
  })

  it('hold the programs of the contract: those that compile do, those that must not do not', () => {
    expect(of('programs.ts').map(({ text }) => text)).to.deep.equal([])
  })

  it('tell authors of wrong programs what is wrong', () => {
    const lines = read('messages.test-d.ts').split('\n')
    lines.forEach((line, index) => {
      const sentence = /\/\/ (.+)$/.exec(line)?.[1]
      if (sentence === undefined) return
      const said = of('messages.ts').filter(({ line: at }) => at === index + 1)
      expect(said.map(({ text }) => text).join('\n'), line).to.contain(sentence)
    })
  })

  it('lack only what is listed, and the list holds nothing that is there', () => {
    expect(reduceContract(contract, notYet).unknown).to.deep.equal([])
    for (const name of ['RDD', 'SparkContext'] as const) {
      const type = { RDD: api.RDD, SparkContext: api.SparkContext }[name]
      const has = (member: string) => member in type.prototype || member in type
      const built = memberNames(contract, name).filter(has)
      expect(built.filter(member => notYet[name]?.includes(member))).to.deep.equal([])
    }
  })
})

function assignable(): string {
  return `import * as api from 'simspark'
import type * as contract from './contract.js'
/** Public members alone. */
type Public<C> = { [K in keyof C]: C[K] }
type Statics<C> = Omit<Public<C>, 'prototype'>
${CLASSES.map(
  name => `
declare const statics${name}: Statics<typeof api.${name}>
export const same${name}: Statics<typeof contract.${name}> = statics${name}`,
).join('')}
declare const sc: api.SparkContext
export const context: Public<contract.SparkContext> = sc
declare const numbers: api.RDD<number>
export const rdd: Public<contract.RDD<number>> = numbers
declare const broadcast: api.Broadcast<Map<string, number>>
export const shared: contract.Broadcast<Map<string, number>> = broadcast
declare const counter: api.NumberAccumulator
export const counted: contract.NumberAccumulator = counter
declare const error: api.SimSparkError
export const failed: Public<contract.SimSparkError> = error
export const report: (f: contract.AnyFunction) => contract.ClosureReport = api.explain
export const hash: contract.Partitioner = new api.HashPartitioner(3)
declare const status: api.StatusTracker
export const tracker: contract.StatusTracker = status
declare const site: api.CallSite
export const place: contract.CallSite = site
declare const task: api.TaskContext
export const inTask: Public<contract.TaskContext> = task
${VALUES.map(name => `export const value${name}: typeof contract.${name} = api.${name}`).join('\n')}
`
}

interface Diagnostic {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** What the compiler says of some files that see simSpark as users do. */
async function compile(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<readonly Diagnostic[]> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const options = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, include: ['*.ts'] }),
  )
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = join(dirname(manifest), 'bin', 'tsc')
  const stdout = await outputOf([tsc, '-p', folder, '--pretty', 'false'])
  const found: { path: string; line: number; text: string }[] = []
  for (const line of stdout.split('\n')) {
    const match = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line)
    if (match !== null)
      found.push({ path: match[1]!, line: Number(match[2]), text: `${match[2]}: ${match[3]}` })
    else if (found.length > 0 && line !== '') found.at(-1)!.text += `\n${line}`
  }
  return found
}

/** What a script prints; an exit code that says there are errors is no failure. */
function outputOf(args: readonly string[]): Promise<string> {
  const options = { cwd: root, maxBuffer: 2 ** 26 }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
      if (stderr !== '' || (error !== null && typeof error.code !== 'number')) {
        reject(new Error(`the compiler failed: ${stderr}`, { cause: error }))
      } else resolve(stdout)
    })
  })
}
