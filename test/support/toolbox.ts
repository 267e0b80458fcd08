/**
 * Node binaries, compilers and packages that integration tests need and the project does not: installed once from npm into a cache
 * folder of this machine, under a name that changes with the set.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const NODE_VERSIONS = ['20', '22', '24', '26'] as const
export type NodeVersion = (typeof NODE_VERSIONS)[number]

export interface Toolbox {
  /** The binary of each version. */
  readonly node: Readonly<Record<NodeVersion, string>>
  /** A folder with the packages in its `node_modules`: programs below it can import them. */
  readonly modules: string
}

const run = promisify(execFile)
const ownVersion = process.versions.node.split('.')[0]

function packages(): Record<string, string> {
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const binaries = NODE_VERSIONS.filter(version => version !== ownVersion).map(version => [
    `node${version}`,
    `npm:node-${platform}@^${version}.0.0`,
  ])
  return {
    ...Object.fromEntries(binaries),
    tsx: '^4.20.0',
    typescript5: 'npm:typescript@~5.9.0',
    tslib: '^2.8.0',
    lodash: '^4.17.21',
    'lodash-es': '^4.17.21',
    zod: '^4.0.0',
    'decimal.js': '^10.5.0',
    'ml-matrix': '^6.12.0',
  }
}

let made: Promise<Toolbox> | undefined

/** Installs what is missing, which can take minutes at the first time, and tells where everything is. */
export function toolbox(): Promise<Toolbox> {
  made ??= makeToolbox()
  return made
}

async function makeToolbox(): Promise<Toolbox> {
  const dependencies = packages()
  const name = createHash('sha256').update(JSON.stringify(dependencies)).digest('hex').slice(0, 12)
  const modules = join(tmpdir(), `simspark-toolbox-${name}`)
  if (!existsSync(join(modules, 'complete'))) await install(modules, dependencies)
  const binaries = NODE_VERSIONS.map(version => [
    version,
    version === ownVersion
      ? process.execPath
      : join(modules, 'node_modules', `node${version}`, 'bin', 'node'),
  ])
  return { modules, node: Object.fromEntries(binaries) as Record<NodeVersion, string> }
}

/** In a folder of its own that gets its name when it is whole, so that two runs at once do no harm. */
async function install(folder: string, dependencies: Record<string, string>): Promise<void> {
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  writeFileSync(join(draft, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: draft })
  writeFileSync(join(draft, 'complete'), '')
  if (existsSync(folder)) rmSync(draft, { recursive: true, force: true })
  else renameSync(draft, folder)
}
