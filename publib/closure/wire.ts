/**
 * What travels: the values and functions that a shipped function reaches, as a list of nodes that name each other by number.
 *
 * `magic | u32 length of JSON | u32 count of buffers | u32 length of each | JSON | buffers, each 8-aligned`, little-endian.
 * Bytes never stand in the JSON: large data travels as buffers.
 */
import type { CallSite } from '#publib/util'
import type { FunctionForm } from './analysis/syntax.ts'
import { payloadMalformed } from './errors.ts'
import type { IntrinsicPath } from './known/globals.ts'

export type NodeId = number
/** A value: a JSON scalar as itself, a node as `[id]`, what JSON cannot say as a tagged array. */
export type Encoded =
  | null
  | boolean
  | number
  | string
  | readonly [NodeId]
  | readonly ['undefined' | 'NaN' | 'Infinity' | '-Infinity' | '-0' | 'hole']
  | readonly ['bigint', string]

/** A module that the executor loads. */
export type ModuleNeed =
  | { readonly kind: 'builtin'; readonly specifier: string; readonly namespace: boolean }
  | {
      readonly kind: 'file'
      readonly file: string
      readonly package: string
      readonly version: string
      readonly subpath: string
      readonly format: 'commonjs' | 'module'
    }
  | {
      readonly kind: 'import'
      readonly specifier: string
      readonly parent: string
      readonly package: string
      readonly version: string
    }

/** A package that executors must have. */
export interface PackageNeed {
  readonly name: string
  /** The driver's version; empty if it is not known. */
  readonly version: string
}

/** `enumerable` 1, `configurable` 2, `writable` 4. */
export type PropertyFlags = number
/** A property that is not a plain one: key, flags, and a value or a getter and a setter. */
export type OddProperty =
  | { readonly key: Encoded; readonly flags: PropertyFlags; readonly value: Encoded }
  | {
      readonly key: Encoded
      readonly flags: PropertyFlags
      readonly get: Encoded
      readonly set: Encoded
    }

/** Own properties: plain ones as keys and values, others described. */
export interface Properties {
  keys?: string[]
  values?: Encoded[]
  odd?: OddProperty[]
  /** What was done to the object: it cannot be extended, is sealed or frozen. */
  locked?: 'extensions' | 'sealed' | 'frozen'
}

/** What all objects have; without `proto` it is the kind's usual one. */
export interface Body extends Properties {
  proto?: Encoded
}

/** A capture of a code unit: a value, or a variable that several functions share. */
export type Cell = Encoded | { readonly box: number }

export interface FunctionNode extends Body {
  t: 'function'
  code: number
  cells: Cell[]
  name: string
  /** Indexes of cells that are bound after the function is made: cycles. */
  late?: number[]
  outerThis?: Encoded
  outerArguments?: Encoded
  /** What `super` stands for in a method of an object. */
  superObject?: Encoded
  prototype?: Encoded
  prototypeBody?: Body
}

export interface ClassNode extends Omit<FunctionNode, 't'> {
  t: 'class'
  superClass?: Encoded
  computedKeys: Encoded[]
  /** Values of private static members. */
  privateStatics?: (readonly [string, Encoded])[]
  /** Methods that the text has and the class has no more: whether static, and the key. */
  deleted?: (readonly [boolean, Encoded])[]
  /** Instance private fields of the text, where instances can be revived. */
  privateFields?: string[]
  /** The same for the same class with the same captures, so that executors make it once. */
  identity: string
}

export type WireNode =
  | { t: 'intrinsic'; path: IntrinsicPath }
  | { t: 'module'; need: number; path: readonly string[] }
  | { t: 'symbol'; name: string }
  | { t: 'unique-symbol'; description: string | undefined; identity: string }
  | ({ t: 'object' } & Body & PrivateBody)
  | ({ t: 'array'; length: number; items: Encoded[] } & Body & PrivateBody)
  | ({ t: 'map'; entries: (readonly [Encoded, Encoded])[] } & Body & PrivateBody)
  | ({ t: 'set'; items: Encoded[] } & Body & PrivateBody)
  | ({ t: 'error' } & Body & PrivateBody)
  | ({ t: 'date'; time: Encoded } & Body)
  | ({ t: 'regexp'; source: string; flags: string; lastIndex: number } & Body)
  | { t: 'boxed'; value: Encoded }
  | { t: 'data'; buffer: number }
  | { t: 'array-buffer'; buffer: number }
  | {
      t: 'view'
      type: string
      proto?: Encoded
      buffer?: number
      of?: { readonly of: Encoded; readonly offset: number; readonly length: number }
    }
  | { t: 'arguments'; items: Encoded[] }
  | { t: 'promise'; value: Encoded }
  | { t: 'weak-map'; entries: (readonly [Encoded, Encoded])[] }
  | { t: 'weak-set'; items: Encoded[] }
  | { t: 'proxy'; target: Encoded; handler: Encoded }
  | { t: 'construct'; path: IntrinsicPath; parameters: readonly unknown[] }
  | { t: 'prototype-of'; of: Encoded }
  | { t: 'bound'; target: Encoded; receiver: Encoded; parameters: Encoded[] }
  | { t: 'require'; file: string }
  | { t: 'call'; fn: Encoded; parameters: Encoded[] }
  | { t: 'revived'; kind: string; data: Encoded }
  | { t: 'poison'; message: string }
  | FunctionNode
  | ClassNode

export interface PrivateBody {
  /** Private fields of an instance, those of the base class first. */
  privates?: (readonly [string, Encoded])[]
}

/** A text that is compiled once, whatever number of functions was made from it. */
export interface CodeUnit {
  readonly text: string
  readonly form: FunctionForm
  readonly accessor?: 'get' | 'set' | undefined
  readonly cells: readonly string[]
  readonly isStrict: boolean
  readonly usesImport: boolean
  readonly usesMeta: boolean
  readonly hasOuter: boolean
  readonly hasSuperObject: boolean
  readonly isRevivable: boolean
  readonly late: readonly number[]
  readonly url: string
  /** Whether the driver can map places in the file to other sources. */
  readonly isMapped: boolean
  readonly line: number
  readonly column: number
}

export interface Payload {
  readonly roots: readonly Encoded[]
  readonly nodes: readonly WireNode[]
  readonly codes: readonly CodeUnit[]
  /** First values of shared variables. */
  readonly boxes: readonly Encoded[]
  /** Nodes that need others when they are made, in an order in which that works. */
  readonly order: readonly NodeId[]
  readonly modules: readonly ModuleNeed[]
  /** The driver's version of Node. */
  readonly node: string
  readonly callSites?: readonly (CallSite | null)[]
}

const MAGIC = 0x4c43_5353
const ALIGNMENT = 8
const HEAD_BYTES = 12

export function encodePayload(payload: Payload, buffers: readonly Uint8Array[]): Uint8Array {
  const json = Buffer.from(JSON.stringify(payload))
  const head = HEAD_BYTES + 4 * buffers.length
  const starts: number[] = []
  let end = head + json.length
  for (const buffer of buffers) {
    end = align(end)
    starts.push(end)
    end += buffer.length
  }
  const bytes = Buffer.alloc(end)
  bytes.writeUInt32LE(MAGIC, 0)
  bytes.writeUInt32LE(json.length, 4)
  bytes.writeUInt32LE(buffers.length, 8)
  json.copy(bytes, head)
  buffers.forEach((buffer, i) => {
    bytes.writeUInt32LE(buffer.length, HEAD_BYTES + 4 * i)
    bytes.set(buffer, starts[i] ?? 0)
  })
  return bytes
}

/** @throws CLOSURE_COMPILE_FAILED */
export function decodePayload(bytes: Uint8Array): { payload: Payload; buffers: Uint8Array[] } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < HEAD_BYTES || view.readUInt32LE(0) !== MAGIC) {
    throw payloadMalformed('they do not start as such')
  }
  const jsonLength = view.readUInt32LE(4)
  const count = view.readUInt32LE(8)
  const head = HEAD_BYTES + 4 * count
  let end = head + jsonLength
  if (end > view.length) throw payloadMalformed('they are cut off')
  const json = view.toString('utf8', head, end)
  const buffers: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const start = align(end)
    end = start + view.readUInt32LE(HEAD_BYTES + 4 * i)
    if (end > view.length) throw payloadMalformed('they are cut off')
    buffers.push(view.subarray(start, end))
  }
  return { payload: parsePayload(json), buffers }
}

/** The driver is trusted with code, so its data is not checked further than for being what it wrote. */
function parsePayload(json: string): Payload {
  try {
    return JSON.parse(json) as Payload
  } catch {
    throw payloadMalformed('their head is damaged')
  }
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT
}
