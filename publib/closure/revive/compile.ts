/** The executor's side: a payload compiled once, instantiated afresh for each task. */

import { decodePayload, type PackageNeed, type Payload } from '../wire.ts'
import { makeFactory } from './factory.ts'
import { Instance, type Program, type VariantOfRoot } from './instance.ts'
import { loadModule } from './load-modules.ts'

/** A root with a part of its text replaced; none is made of one whose text was rewritten on its way. */
export interface Variant {
  /** Length of the whole text. */
  readonly length: number
  readonly start: number
  readonly replaced: string
  readonly by: string
}

export interface CompileOptions {
  /** For roots that are functions: what is to be made of them beside them. */
  readonly variants?: readonly (Variant | undefined)[]
  /** Where packages are looked for that are not where the driver has them; default: the working folder. */
  readonly appRoot?: string
}

export interface Compiled {
  /**
   * The roots, freshly made: what they captured and may change is their own. Behind them as many variants as were asked for, which
   * captured the same, undefined where there is none. Synchronous, some microseconds.
   */
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
  const variants = (options.variants ?? []).map(
    (variant, root) => variant && variantOf(payload, root, variant, appRoot),
  )
  const program: Program = { payload, buffers, modules, factories, variants, appRoot }
  const needs = payload.modules.flatMap(need =>
    need.kind === 'builtin' ? [] : [{ name: need.package, version: need.version }],
  )
  return { instantiate: () => new Instance(program).run(), needs, warnings }
}

function variantOf(
  { roots, nodes, codes }: Payload,
  root: number,
  { length, start, replaced, by }: Variant,
  appRoot: string,
): VariantOfRoot | undefined {
  const encoded = roots[root]
  const id = Array.isArray(encoded) && typeof encoded[0] === 'number' ? encoded[0] : -1
  const node = nodes[id]
  const code = node?.t === 'function' ? codes[node.code] : undefined
  if (node?.t !== 'function' || code === undefined || code.late.length > 0) return undefined
  const { text } = code
  if (text.length !== length || !text.startsWith(replaced, start)) return undefined
  const changed = text.slice(0, start) + by + text.slice(start + replaced.length)
  return { node, factory: makeFactory({ ...code, text: changed }, appRoot) }
}
