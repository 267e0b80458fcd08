/** Captures functions with all that they reach, as bytes that executors make them from. Synchronous. */
import { type CallSite, SimSparkError } from '#publib/util'
import { holdWindow } from '../engine/scripts.ts'
import { closureTooLarge, inspectorForbidden, tooMuch } from '../errors.ts'
import type { AnyFunction } from '../function.ts'
import { expectNewModules } from '../known/builtin-modules.ts'
import { expectNewFiles } from '../known/commonjs.ts'
import {
  type Encoded,
  encodePayload,
  type PackageNeed,
  type Payload,
  type WireNode,
} from '../wire.ts'
import { assignBoxes } from './boxes.ts'
import { reachHash, sha256 } from './class-hash.ts'
import { assignCells, emitCodes } from './code-units.ts'
import { settleViews } from './encode-binary.ts'
import { encodeFunction } from './encode-function.ts'
import { encodeAsNode, encodeMore, encodeNamespace, encodeObject } from './encode-object.ts'
import { Encoder, type Strictness } from './encoder.ts'
import { reachFixpoint } from './fixpoint.ts'
import { captured, type FreeValue } from './function-source.ts'
import { classIdentity } from './identities.ts'
import { planOrder } from './order.ts'
import { type ClosureReport, makeReport } from './report.ts'
import { sizesOf } from './sizes.ts'
import { rootOf, type Trail } from './trail.ts'

/** One function to ship, with the name under which errors speak of it. */
export interface ShippedFunction {
  readonly fn: AnyFunction
  /** As `rdd.map()`. */
  readonly operation: string
  readonly callSite?: CallSite | undefined
}

/** Anything else that travels beside functions: zero values, partitioners. */
export interface ShippedValue {
  readonly value: unknown
  readonly operation: string
  readonly callSite?: CallSite | undefined
}

export interface CaptureLimits {
  /** From here on a warning names the largest variables. */
  readonly warnBytes?: number
  readonly bytesMax?: number
  /** Whether scopes that look alike may be probed for being the same; default true. */
  readonly probesScopes?: boolean
}

export interface Captured {
  readonly bytes: Uint8Array
  /** The sha-256 of `bytes`, in hex. */
  readonly id: string
  readonly needs: readonly PackageNeed[]
  readonly warnings: readonly string[]
  readonly report: ClosureReport
  /** What the roots are, in their order, for those who look into functions. */
  readonly values: readonly FreeValue[]
}

const MIB = 1024 * 1024
const WARN_BYTES = MIB
const BYTES_MAX = 128 * MIB
const TOP_VARIABLES = 3

/**
 * Checks one function at its transformation, so that what cannot travel fails at the user's line.
 * @throws CLOSURE_NOT_SHIPPABLE, NESTED_RDD, CLOSURE_TOO_LARGE, INSPECTOR_FORBIDDEN
 */
export function check(shipped: ShippedFunction, limits: CaptureLimits = {}): void {
  const draft = draftOf([shipped], 'throw', true)
  refuseTooLarge(draft, limits)
}

/**
 * Captures several roots together, so that what they share is shared on the executor too.
 * @throws CLOSURE_NOT_SHIPPABLE, NESTED_RDD, CLOSURE_TOO_LARGE, INSPECTOR_FORBIDDEN
 */
export function capture(
  roots: readonly (ShippedFunction | ShippedValue)[],
  limits: CaptureLimits = {},
): Captured {
  if (roots.length > 0) return captureAll(roots, limits)
  nothing ??= captureAll([], {})
  return nothing
}

/** What many stages capture: no function. */
let nothing: Captured | undefined

function captureAll(
  roots: readonly (ShippedFunction | ShippedValue)[],
  limits: CaptureLimits,
): Captured {
  const draft = draftOf(roots, 'throw')
  refuseTooLarge(draft, limits)
  const payload = holdWindow(() => payloadOf(draft, limits))
  const buffers = draft.encoder.buffers.map(make => make())
  const bytes = encodePayload(payload, buffers)
  const warnings = warningsOf(draft, bytes.length, limits)
  return {
    bytes,
    get id() {
      return sha256().update(bytes).digest('hex')
    },
    needs: packageNeeds(draft),
    warnings,
    get values() {
      return roots.map(root => captured(draft.encoder, 'fn' in root ? root.fn : root.value))
    },
    get report() {
      const all = [...leftBehind(draft), ...warnings]
      return makeReport(draft, bytes.length, packageNeeds(draft), all)
    },
  }
}

/** What would travel with a function, and why; what cannot travel is in `problems`, not thrown. */
export function explain(fn: AnyFunction): ClosureReport {
  const draft = draftOf([{ fn, operation: 'explain()' }], 'collect')
  const { total } = sizesOf(draft)
  const warnings = [...leftBehind(draft), ...warningsOf(draft, total, {})]
  return makeReport(draft, total, packageNeeds(draft), warnings)
}

/** What a capture has found. */
export interface Draft {
  readonly encoder: Encoder
  readonly roots: readonly Encoded[]
}

const encoders = {
  object: encodeObject,
  namespace: encodeNamespace,
  fn: encodeFunction,
  more: encodeMore,
}

function draftOf(
  roots: readonly (ShippedFunction | ShippedValue)[],
  strictness: Strictness,
  isEarly = false,
): Draft {
  try {
    return uncheckedDraftOf(roots, strictness, isEarly)
  } catch (error) {
    const isForbidden = error instanceof SimSparkError && error.code === 'INSPECTOR_FORBIDDEN'
    throw isForbidden ? inspectorForbidden(error.cause, roots[0]?.callSite) : error
  }
}

function uncheckedDraftOf(
  roots: readonly (ShippedFunction | ShippedValue)[],
  strictness: Strictness,
  isEarly: boolean,
): Draft {
  expectNewFiles()
  expectNewModules()
  return holdWindow(() => {
    const encoder = new Encoder(encoders, strictness, isEarly)
    encoder.blobs.whenGivenUp((root, id) => {
      const trail = encoder.trails[id]
      if (!trail) return
      const refusal = encodeAsNode(encoder, root, id, trail)
      if (refusal) encoder.refuse(id, trail, refusal)
    })
    const encoded = roots.map(root =>
      encoder.encode('fn' in root ? root.fn : root.value, rootTrail(root)),
    )
    encoder.drain()
    reachFixpoint(encoder)
    settleViews(encoder)
    return { encoder, roots: encoded }
  })
}

function payloadOf({ encoder, roots }: Draft, limits: CaptureLimits): Payload {
  const boxes = assignBoxes(encoder, limits.probesScopes ?? true)
  const nodes = encoder.nodes.map(node => node ?? UNREACHED)
  assignCells(encoder)
  const order = planOrder(nodes)
  const codes = emitCodes(encoder)
  const { modules } = encoder
  const payload = { roots, nodes, codes, boxes, order, modules, node: process.version }
  nameClasses(encoder, payload)
  return payload
}

/** A node that was given a number and then was not needed after all. */
const UNREACHED: WireNode = { t: 'poison', message: 'a value that was not captured' }

function rootTrail(root: ShippedFunction | ShippedValue): Trail {
  const { operation, callSite } = root
  return {
    parent: undefined,
    step: { kind: 'root', operation, isFunction: 'fn' in root, callSite },
  }
}

function nameClasses(encoder: Encoder, payload: Payload): void {
  const contents = new Map<number, string>()
  const contentOf = (kind: 'buffer' | 'need', index: number): string => {
    if (kind === 'need') return JSON.stringify(payload.modules[index])
    let content = contents.get(index)
    if (content === undefined) {
      const bytes = encoder.buffers[index]?.() ?? new Uint8Array()
      content = sha256().update(bytes).digest('base64url')
      contents.set(index, content)
    }
    return content
  }
  for (const record of encoder.records) {
    if (record.node.t !== 'class') continue
    const hash = reachHash(record.id, payload.nodes, payload.codes, contentOf)
    record.node.identity = `${classIdentity(record.fn)}:${hash}`
  }
}

function packageNeeds(draft: Draft): PackageNeed[] {
  const versions = new Map<string, string>()
  for (const need of draft.encoder.modules) {
    if (need.kind !== 'builtin') versions.set(need.package, need.version)
  }
  return [...versions].map(([name, version]) => ({ name, version }))
}

/** What only members use that nothing calls: worth a line in a report, but no warning at each job. */
function leftBehind({ encoder }: Draft): readonly string[] {
  return encoder.warnings
}

function warningsOf(draft: Draft, bytes: number, limits: CaptureLimits): string[] {
  const { encoder } = draft
  const byValue = [...encoder.byValue].map(
    ([name, count]) =>
      `${count} functions of package ${name} travel by value: it does not export them`,
  )
  const warnings = [...encoder.secrets.warnings, ...byValue]
  if (bytes < (limits.warnBytes ?? WARN_BYTES)) return warnings
  const { operation, top } = largest(draft)
  return [`${tooMuch(operation, bytes, top)}: wrap it in sc.broadcast()`, ...warnings]
}

function refuseTooLarge(draft: Draft, limits: CaptureLimits): void {
  const bytesMax = limits.bytesMax ?? BYTES_MAX
  const { total } = sizesOf(draft)
  if (total <= bytesMax) return
  const { operation, callSite, top } = largest(draft)
  throw closureTooLarge(operation, total, bytesMax, top, callSite)
}

function largest(draft: Draft): {
  operation: string
  callSite: CallSite | undefined
  top: readonly string[]
} {
  const { variables } = sizesOf(draft)
  const [first] = variables
  const root = first && rootOf(first.capture.trail)
  const top = variables.slice(0, TOP_VARIABLES).map(each => each.text)
  return { operation: root?.operation ?? 'simSpark', callSite: root?.callSite, top }
}
