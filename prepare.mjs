// Makes a clone ready to run: installs what package-lock.json names and compiles, each only where it is out of date.
// Plain JavaScript on Node's own modules, since nothing is installed yet when it runs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const folders = ['config', 'publib', 'master', 'worker', 'driver', 'test']
/** Sources in AssemblyScript, which become WebAssembly. */
const assembly = join('publib', 'kernels', 'assembly')
const kernels = join('dist', 'publib', 'kernels', 'kernels.wasm')

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (!(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19))) {
  console.error(`simSpark needs Node ^20.19.0 or >=22.12.0, this is ${process.versions.node}`)
  process.exit(2)
}

const lock = digest(readFileSync(join(root, 'package-lock.json')))
await once('node_modules/.prepared', lock, 'installing packages', () =>
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
)
await once(
  'dist/.kernels',
  `${lock} ${digestOf(assemblySources())}`,
  'compiling kernels',
  compileKernels,
)
await once(
  'dist/.prepared',
  `${lock} ${digestOf([...sources(), 'package.json'])}`,
  'compiling',
  () => {
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root])
    removeOrphans()
    writeScope()
  },
)
// By what lies in dist, whoever compiled it.
const joiners = ['join.mjs', 'join-reading.mjs', 'join-writing.mjs', 'package.json']
const compiled = digestOf([...shipped().map(path => `dist/${path}`), ...joiners])
await once('dist/joined/.made', compiled, 'joining', async () => {
  const { joinModules } = await import('./join.mjs')
  await joinModules(root, shipped())
})
// Says since when that is known to be so.
utimesSync(join(root, 'dist/joined/.made'), new Date(), new Date())

/** Runs `work` unless `stampPath` holds `stamp` already. */
async function once(stampPath, stamp, what, work) {
  const path = join(root, stampPath)
  if (existsSync(path) && readFileSync(path, 'utf8') === stamp) return
  const before = performance.now()
  process.stderr.write(`${what} … `)
  await work()
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, stamp)
  process.stderr.write(`${((performance.now() - before) / 1000).toFixed(1)} s\n`)
}

/** The paths of all sources in TypeScript, from the root. */
function sources() {
  return folders
    .flatMap(folder => filesBelow(folder))
    .filter(path => path.endsWith('.ts') && !path.startsWith(assembly))
    .sort()
}

function assemblySources() {
  return filesBelow(assembly)
    .filter(path => path.endsWith('.ts'))
    .sort()
}

/** The memory is the host's, which also does all bookkeeping of it: no runtime, no collector. */
function compileKernels() {
  mkdirSync(join(root, dirname(kernels)), { recursive: true })
  const compiler = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js')
  const source = join(assembly, 'index.ts')
  const memory = ['--runtime', 'stub', '--importMemory', '--initialMemory', '1']
  const speed = ['-O3', '--converge', '--noAssert', '--enable', 'simd']
  run(process.execPath, [compiler, source, '--outFile', kernels, ...memory, ...speed])
}

function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
}

/** What the build depends on: names, sizes and times. */
function digestOf(paths) {
  const facts = [...paths, 'tsconfig.json'].map(path => {
    const { size, mtimeMs } = statSync(join(root, path))
    return `${path} ${size} ${mtimeMs}`
  })
  return digest(facts.join('\n'))
}

/** Compiled files whose source is gone: a test that was deleted must not run on. */
function removeOrphans() {
  const kept = new Set(sources().map(path => path.slice(0, -'.ts'.length)))
  for (const path of folders.flatMap(folder => filesBelow(join('dist', folder)))) {
    const source = relative('dist', path).replace(/(\.d\.ts|\.js)(\.map)?$/, '')
    if (path !== kernels && !kept.has(source)) rmSync(join(root, path))
  }
}

/** For modules in dist, the package is what lies there, one file a module: tests and what they test are of one kind. */
function writeScope() {
  const { name, version, type, imports } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const here = Object.entries(imports).map(([from, to]) => [from, to.replace('./dist/', './')])
  const exports = { '.': './driver/index.js', './package.json': './package.json' }
  const scope = { name, version, type, exports, imports: Object.fromEntries(here) }
  writeFileSync(join(root, 'dist/package.json'), `${JSON.stringify(scope, null, 2)}\n`)
}

/** What is compiled and no test, from dist. */
function shipped() {
  return folders
    .filter(folder => folder !== 'test')
    .flatMap(folder => filesBelow(join('dist', folder)))
    .map(path => relative('dist', path).replaceAll('\\', '/'))
    .sort()
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex')
}

function run(command, args) {
  const onWindows = process.platform === 'win32' && command === 'npm'
  const result = spawnSync(onWindows ? 'npm.cmd' : command, args, {
    cwd: root,
    encoding: 'utf8',
    shell: onWindows,
  })
  if (result.status === 0) return
  console.error(`\n${command} ${args.join(' ')} failed:`)
  console.error(result.error?.message ?? `${result.stdout}${result.stderr}`)
  process.exit(1)
}
