/** The conformance table of closure shipping: assembles its rows for one kind of module, runs them driver → executor. */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How the user's program is written and run. */
export type ModuleKind = 'esm' | 'commonjs' | 'ts-esm' | 'ts-commonjs' | 'ts-erasable'

export interface Assembly {
  readonly kind: ModuleKind
  /** Rows that need packages are left out unless they can be found from the folder. */
  readonly withPackages: boolean
}

export interface CaseResult {
  readonly row: number
  readonly title: string
  readonly problem?: string
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const fixtures = join(root, 'test/integration/closure/fixtures')
/** What fixtures import of simSpark. */
export const library = join(root, 'dist/publib/closure/index.js')

const ROWS = Array.from({ length: 47 }, (_each, i) => i + 1)
const PACKAGE_ROWS = new Set([8, 9, 10])
const TYPESCRIPT_ROW = 46

/** The rows that must be there for an assembly: all, but for what its kind cannot say. */
export function rowsOf({ kind, withPackages }: Assembly): number[] {
  return ROWS.filter(row => {
    if (row === TYPESCRIPT_ROW) return kind.startsWith('ts')
    return withPackages || !PACKAGE_ROWS.has(row)
  })
}

interface Parts {
  readonly extension: string
  readonly isModule: boolean
  readonly tail: readonly string[]
}

function partsOf(kind: ModuleKind): Parts {
  switch (kind) {
    case 'esm':
      return { extension: 'mjs', isModule: true, tail: ['rows-44-esm.js'] }
    case 'commonjs':
      return { extension: 'cjs', isModule: false, tail: ['rows-44-cjs.js'] }
    case 'ts-esm':
      return {
        extension: 'ts',
        isModule: true,
        tail: ['rows-46-erasable.ts', 'rows-46-transformed.ts', 'rows-44-esm.js'],
      }
    case 'ts-commonjs':
      return {
        extension: 'ts',
        isModule: true,
        tail: ['rows-46-erasable.ts', 'rows-46-transformed.ts', 'rows-44-ts-cjs.ts'],
      }
    case 'ts-erasable':
      return { extension: 'ts', isModule: true, tail: ['rows-46-erasable.ts', 'rows-44-esm.js'] }
  }
}

/** Writes a program of the kind into `folder` and gives its file. */
export function assemble(assembly: Assembly, folder: string): string {
  const { kind, withPackages } = assembly
  const { extension, isModule, tail } = partsOf(kind)
  const style = isModule ? 'esm' : 'cjs'
  const names = [
    `header-${style}.js`,
    ...(withPackages ? [`packages-header-${style}.js`] : []),
    'rows.js',
    ...(withPackages ? ['rows-packages.js'] : []),
    ...tail,
  ]
  const unchecked = extension === 'ts' ? '// @ts-nocheck\n' : ''
  const text = names.map(name => readFileSync(join(fixtures, name), 'utf8')).join('')
  mkdirSync(folder, { recursive: true })
  const type = kind === 'commonjs' || kind === 'ts-commonjs' ? 'commonjs' : 'module'
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }))
  for (const name of ['harness.mjs', 'executor.mjs', 'in-worker.mjs']) {
    cpSync(join(fixtures, name), join(folder, name))
  }
  cpSync(join(fixtures, `helpers-${style}.js`), join(folder, `helpers.${extension}`))
  const file = join(folder, `cases.${extension}`)
  writeFileSync(file, unchecked + text.replaceAll('helpers.EXT', `helpers.${extension}`))
  return file
}

export interface Run {
  readonly node: string
  readonly nodeOptions?: readonly string[]
  readonly casesFile: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs all cases of a file; rejects if the run itself breaks. */
export function runCases(run: Run): Promise<CaseResult[]> {
  const folder = join(run.casesFile, '..')
  const harness = run.environment?.['HARNESS'] ?? join(folder, 'harness.mjs')
  const options = ['--no-warnings', ...(run.nodeOptions ?? [])]
  const child = spawn(run.node, [...options, harness, library, run.casesFile], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...run.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout.on('data', chunk => {
    output += String(chunk)
  })
  child.stderr.on('data', chunk => {
    complaint += String(chunk)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      const hasPaused = output.includes('PAUSED ')
      if (code === 0 && output.endsWith('DONE\n') && !hasPaused) resolve(resultsIn(output))
      else reject(new Error(`the run ended with ${code}\n${output.slice(-2000)}\n${complaint}`))
    })
  })
}

function resultsIn(output: string): CaseResult[] {
  return output
    .split('\n')
    .filter(line => line.startsWith('RESULT '))
    .map(line => JSON.parse(line.slice('RESULT '.length)) as CaseResult)
}

/** What is wrong with a run: cases that failed, and rows that no case stands for. */
export function problemsOf(
  results: readonly CaseResult[],
  rows: readonly number[],
  allowed: readonly string[] = [],
): string[] {
  const failed = results
    .filter(each => each.problem !== undefined && !allowed.includes(`${each.row} ${each.title}`))
    .map(each => `row ${each.row} (${each.title}): ${each.problem}`)
  const seen = new Set(results.map(each => each.row))
  const missing = rows.filter(row => !seen.has(row)).map(row => `row ${row} has no case`)
  return [...failed, ...missing]
}
