/** The executor's side: a payload compiled once, instantiated afresh for each task. */

import { decodePayload, type PackageNeed } from '../wire.ts'
import { makeFactory } from './factory.ts'
import { Instance, type Program } from './instance.ts'
import { loadModule } from './load-modules.ts'

export interface CompileOptions {
  /** Where packages are looked for that are not where the driver has them; default: the working folder. */
  readonly appRoot?: string
}

export interface Compiled {
  /** The roots, freshly made: what they captured and may change is their own. Synchronous, some microseconds. */
  instantiate(): readonly unknown[]
  readonly needs: readonly PackageNeed[]
  /** Packages found in another version than the driver's. */
  readonly warnings: readonly string[]
}

/** @throws MODULE_MISSING, CLOSURE_COMPILE_FAILED */
export async function compile(bytes: Uint8Array, options: CompileOptions = {}): Promise<Compiled> {
  const { payload, buffers } = decodePayload(bytes)
  const appRoot = options.appRoot ?? process.cwd()
  const warnings: string[] = []
  const loading = { appRoot, warn: (text: string) => void warnings.push(text) }
  const modules: unknown[] = []
  for (const need of payload.modules) modules.push(await loadModule(need, loading))
  const factories = payload.codes.map(code => makeFactory(code, appRoot))
  const program: Program = { payload, buffers, modules, factories, appRoot }
  const needs = payload.modules.flatMap(need =>
    need.kind === 'builtin' ? [] : [{ name: need.package, version: need.version }],
  )
  return { instantiate: () => new Instance(program).run(), needs, warnings }
}
