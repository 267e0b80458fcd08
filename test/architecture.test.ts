import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** A top folder imports only what is listed. */
const tops: Readonly<Record<string, readonly string[]>> = {
  publib: [],
  config: ['publib'],
  master: ['publib', 'config'],
  worker: ['publib', 'config'],
  driver: ['publib', 'config'],
  test: ['publib', 'config', 'master', 'worker', 'driver'],
}

/** Inside publib a folder imports only folders before it. */
const order = [
  ...['util', 'schema', 'metrics', 'env', 'log', 'frame', 'security', 'transport', 'blocks'],
  ...['task', 'protocol', 'status', 'web', 'cli'],
  ...[
    'memory',
    'kernels',
    'columnar',
    'serialization',
    'closure',
    'recognition',
    'storage',
    'shuffle',
  ],
  ...['datasource', 'lineage', 'codegen', 'execution'],
]
/** Daemons import nothing from here on. */
const bar = order.indexOf('memory')

/** Each npm package is imported by one file. */
const doors: Readonly<Record<string, string>> = {
  acorn: 'publib/closure/analysis/syntax.ts',
  avsc: 'publib/datasource/avro/avsc.ts',
  'cli-progress': 'publib/cli/progress-bar.ts',
  commander: 'publib/cli/command.ts',
  'daemonize-process': 'publib/env/daemon.ts',
  'fastest-levenshtein': 'config/suggest.ts',
  fzstd: 'publib/datasource/codecs/zstd.ts',
  'heap-js': 'publib/util/priority-queue.ts',
  'seek-bzip': 'publib/datasource/codecs/bzip2.ts',
  hyparquet: 'publib/datasource/parquet/hyparquet.ts',
  'hyparquet-writer': 'publib/datasource/parquet/hyparquet-writer.ts',
  selfsigned: 'publib/security/tls.ts',
  snappyjs: 'publib/datasource/codecs/snappy.ts',
  tinyglobby: 'publib/datasource/paths.ts',
  valibot: 'publib/schema/valibot.ts',
  winston: 'publib/log/winston.ts',
  ws: 'publib/transport/websocket.ts',
  yaml: 'config/yaml.ts',
}

const pure =
  /(^|\/)state\.ts$|(^|\/)host-state\.ts$|^driver\/scheduler\/(?!shell|index)[^/]*\.ts$|^master\/placement\.ts$|^publib\/shuffle\/(partitioner|aggregator)\.ts$/
/** Called or constructed, not merely mentioned. */
const impure =
  /\b(?:Date\.now|new Date|performance\.now|setTimeout|setInterval|setImmediate|queueMicrotask|Math\.random|new Promise|Promise\.\w+)\s*\(|\basync\b|\bawait\b|\bprocess\.\w|\bconsole\.\w|\blogger?\.(?:info|warn|error|debug)\(/
const daemon = /^(master\/|worker\/(?!executor\/))/
const evaluation =
  /(?:from|import)\s*\(?\s*'(?:node:)?vm'|\beval\s*\(|new Function\b|v8\.deserialize|\bdeserialize\s*\(/

interface Source {
  readonly path: string
  /** Without comments, strings of them kept. */
  readonly code: string
}

interface Import {
  readonly specifier: string
  readonly isType: boolean
}

const importForm =
  /(?:^|\n)\s*(import|export)\s+(type\s+)?([^'";]*?\s*from\s*)?'([^']+)'|\bimport\s*\(\s*'([^']+)'|\bloadPackage(?:<\w+>)?\(\s*'([^']+)'/g

function importsOf(code: string): Import[] {
  return [...code.matchAll(importForm)].map(match => ({
    specifier: match[4] ?? match[5] ?? match[6] ?? '',
    isType: match[2] !== undefined || /^\s*\{(?:\s*type\s+\w+,?)+\s*\}\s*from/.test(match[3] ?? ''),
  }))
}

/** The file or folder that an import names, as a path from the root; undefined for packages. */
function target(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (!specifier.startsWith('.')) return undefined
  return posix.normalize(posix.join(posix.dirname(path), specifier))
}

function checkPackage(source: Source, { specifier, isType }: Import): string[] {
  if (specifier.startsWith('node:')) {
    return pure.test(source.path) && !isType
      ? [`imports '${specifier}': a machine does no I/O`]
      : []
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  if (source.path.startsWith('test/')) return []
  if (name === 'simspark' && source.path.startsWith('driver/examples/')) return []
  const door = doors[name]
  if (door === undefined) return [`imports '${specifier}': a package without a door`]
  return door === source.path || isType ? [] : [`imports '${specifier}': its one door is ${door}`]
}

function checkPath(source: Source, to: string, { specifier, isType }: Import): string[] {
  const [fromTop = '', fromArea = ''] = source.path.split('/')
  const [toTop = '', toArea = ''] = to.split('/')
  const found: string[] = []
  if (!(toTop in tops)) found.push(`imports '${specifier}': there is no folder ${toTop}`)
  if (toTop !== fromTop && !tops[fromTop]?.includes(toTop)) {
    found.push(`imports ${toTop}: ${fromTop} may not`)
  }
  if (fromTop === 'test') return found
  const crosses = toTop !== fromTop || (fromTop === 'publib' && toArea !== fromArea)
  if (crosses && !specifier.startsWith('#')) {
    found.push(`imports '${specifier}': cross a folder by its #name`)
  }
  if (!crosses && /(^|\/)index\.ts$/.test(specifier) && !source.path.endsWith('/index.ts')) {
    const own = posix.dirname(source.path) === posix.dirname(to)
    if (own) found.push(`imports '${specifier}': siblings by name, never the own index`)
  }
  if (fromTop === 'publib' && toTop === 'publib' && toArea !== fromArea) {
    if (order.indexOf(toArea) > order.indexOf(fromArea)) {
      found.push(`imports publib/${toArea}: it stands below publib/${fromArea}`)
    }
  }
  if (!isType && daemon.test(source.path) && toTop === 'publib' && order.indexOf(toArea) >= bar) {
    found.push(`imports publib/${toArea}: daemons import nothing below the bar`)
  }
  return found
}

/** Every rule that a source breaks, each named. */
function violations(source: Source): string[] {
  const [top = '', area = ''] = source.path.split('/')
  const found = importsOf(source.code).flatMap(imported => {
    const to = target(source.path, imported.specifier)
    return to === undefined ? checkPackage(source, imported) : checkPath(source, to, imported)
  })
  if (top === 'publib' && !order.includes(area)) {
    found.push(`stands in publib/${area}, which has no place in the order`)
  }
  const impurity = pure.test(source.path) ? source.code.match(impure)?.[0] : undefined
  if (impurity) found.push(`uses ${impurity.trim()}: a machine has no clock, chance or promise`)
  const evaluated = daemon.test(source.path) ? source.code.match(evaluation)?.[0] : undefined
  if (evaluated) found.push(`uses ${evaluated}: a daemon never runs user code`)
  const lines = source.code.split('\n').length
  if (lines > 300 && source.path !== 'driver/rdd.ts' && top !== 'test') {
    found.push(`has ${lines} lines: files stop at 300`)
  }
  return found.map(text => `${source.path} ${text}`)
}

function sources(): Source[] {
  return Object.keys(tops)
    .filter(top => existsSync(join(root, top)))
    .flatMap(top =>
      readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map(file =>
        posix.join(top, file.replaceAll('\\', '/')),
      ),
    )
    .filter(path => path.endsWith('.ts') && !path.includes('/fixtures/'))
    .map(path => ({ path, code: withoutComments(readFileSync(join(root, path), 'utf8')) }))
}

/** Comments leave, line breaks stay. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, text => text.replace(/[^\n]/g, ''))
}

describe('architecture', () => {
  const all = sources()

  it('has no import against the arrows, no second door, no impure machine, no file too long', () => {
    expect(all.flatMap(violations)).to.deep.equal([])
  })

  it('has an index in every folder, and nothing but re-exports in it', () => {
    const faces = all.filter(({ path }) => path.endsWith('/index.ts'))
    const code = faces.filter(face => /^(?!\s*(?:export\s.*from|\}|\w|$))/m.test(face.code))
    expect(code.map(face => face.path)).to.deep.equal([])
    const areas = new Set(
      all.filter(({ path }) => path.startsWith('publib/')).map(({ path }) => path.split('/')[1]),
    )
    const missing = [...areas].filter(
      area => !faces.some(({ path }) => path === `publib/${area}/index.ts`),
    )
    expect(missing).to.deep.equal([])
  })

  it('names the rule that is broken', () => {
    const bad = (path: string, code: string) => violations({ path, code }).join('\n')
    expect(bad('publib/util/x.ts', "import { a } from '#publib/task'")).to.match(/stands below/)
    expect(bad('publib/util/x.ts', "import { a } from '../task/b.ts'")).to.match(/by its #name/)
    expect(bad('worker/x.ts', "import { a } from '#driver'")).to.match(/worker may not/)
    expect(bad('master/master.ts', "import { a } from 'ws'")).to.match(/one door/)
    expect(bad('master/x.ts', "import { a } from '#publib/closure'")).to.match(/below the bar/)
    expect(bad('master/x.ts', "import type { A } from '#publib/closure'")).to.equal('')
    expect(bad('master/x.ts', "new Function('x')")).to.match(/never runs user code/)
    expect(bad('master/state.ts', 'const t = Date.now()')).to.match(/uses Date.now/)
    expect(bad('driver/scheduler/plan.ts', 'async function f() {}')).to.match(/uses async/)
    expect(bad('driver/x.ts', "import x from 'left-pad'")).to.match(/without a door/)
    expect(bad('publib/x/y.ts', '')).to.match(/no place in the order/)
  })
})
