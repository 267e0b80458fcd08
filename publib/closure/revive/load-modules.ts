/** Loads, on an executor, the modules and packages that a shipped function names. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compileFunction, constants } from 'node:vm'
import { moduleMissing } from '../errors.ts'
import { packageVersion } from '../known/packages.ts'
import type { ModuleNeed } from '../wire.ts'

export interface Loading {
  /** Where packages are looked for that are not where the driver has them. */
  readonly appRoot: string
  warn(text: string): void
}

/** @throws MODULE_MISSING */
export async function loadModule(need: ModuleNeed, loading: Loading): Promise<unknown> {
  if (need.kind === 'builtin') return loadBuiltin(need)
  return need.kind === 'file' ? loadFile(need, loading) : loadImport(need, loading)
}

async function loadBuiltin(need: ModuleNeed & { kind: 'builtin' }): Promise<unknown> {
  try {
    const namespace: Record<string, unknown> = await import(need.specifier)
    return need.namespace ? namespace : (namespace['default'] ?? namespace)
  } catch (error) {
    throw moduleMissing(
      `The shipped function needs Node's module '${need.specifier}', which this executor's ` +
        `Node ${process.version} does not have`,
      error,
    )
  }
}

async function loadFile(
  need: ModuleNeed & { kind: 'file' },
  { appRoot, warn }: Loading,
): Promise<unknown> {
  const tried: string[] = []
  for (const file of [need.file, ...installedFiles(appRoot, need.package, need.subpath)]) {
    if (!existsSync(file)) {
      tried.push(file)
      continue
    }
    warnOfOtherVersion(need, file.slice(0, -need.subpath.length - 1), warn)
    return need.format === 'module' ? import(pathToFileURL(file).href) : createRequire(file)(file)
  }
  throw moduleMissing(
    `The shipped function needs package '${need.package}' (${need.subpath}, driver has ` +
      `${need.version || 'an unknown version'}), which is not installed on this executor ` +
      `(looked in: ${tried.join(', ')})`,
  )
}

/** As Node looks for packages: in each folder from the application's upwards. */
function* installedFiles(appRoot: string, name: string, subpath: string): Iterable<string> {
  for (let folder = appRoot; ; folder = dirname(folder)) {
    yield join(folder, 'node_modules', name, subpath)
    if (folder === dirname(folder)) return
  }
}

function warnOfOtherVersion(
  need: { readonly package: string; readonly version: string },
  folder: string,
  warn: (text: string) => void,
): void {
  const version = packageVersion(folder)
  if (version === need.version || version === '' || need.version === '') return
  warn(`package ${need.package}: the driver has ${need.version}, this executor ${version}`)
}

async function loadImport(
  need: ModuleNeed & { kind: 'import' },
  { appRoot }: Loading,
): Promise<unknown> {
  let failure: unknown
  for (const parent of [need.parent, pathToFileURL(join(appRoot, 'index.js')).href]) {
    if (parent.startsWith('file:') && !existsSync(dirname(fileURLToPath(parent)))) continue
    try {
      return await importFrom(parent, need.specifier)
    } catch (error) {
      if (!isNotFound(error)) throw error
      failure = error
    }
  }
  const why = failure instanceof Error ? `: ${failure.message}` : ''
  throw moduleMissing(
    `The shipped function imports '${need.specifier}' (driver has ${need.version || 'it'}), which ` +
      `cannot be resolved on this executor from ${appRoot}${why}`,
    failure,
  )
}

function isNotFound(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}

type Importer = (specifier: string) => Promise<unknown>
const importers = new Map<string, Importer>()

/** `import(specifier)` as if it stood in the file `parent`. */
export function importFrom(parent: string, specifier: string): Promise<unknown> {
  if (/^(node:|file:|data:)/.test(specifier)) return import(specifier)
  if (isAbsolute(specifier)) return import(pathToFileURL(specifier).href)
  if (/^\.\.?\//.test(specifier)) return import(new URL(specifier, asUrl(parent)).href)
  let importer = importers.get(parent)
  if (!importer) {
    importer = makeImporter(parent)
    importers.set(parent, importer)
  }
  return importer(specifier)
}

function asUrl(fileOrUrl: string): string {
  return fileOrUrl.startsWith('file:') ? fileOrUrl : pathToFileURL(fileOrUrl).href
}

function makeImporter(parent: string): Importer {
  const filename = parent.startsWith('file:') ? fileURLToPath(parent) : parent
  // Without it (before 20.10 and 21.7) packages are found as `require` finds them.
  const loader: unknown = Reflect.get(constants ?? {}, 'USE_MAIN_CONTEXT_DEFAULT_LOADER')
  const byRequire = (specifier: string): Promise<unknown> =>
    import(pathToFileURL(createRequire(filename).resolve(specifier)).href)
  if (loader === undefined) return byRequire
  return compileFunction('return import(specifier)', ['specifier'], {
    filename,
    importModuleDynamically: loader as never,
  }) as Importer
}
