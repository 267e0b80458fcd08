/**
 * One capture while it runs: gives each reached value a node, before its parts (so cycles and deep lists need no
 * recursion), and keeps functions back to ask the engine about many at once.
 */
import { types } from 'node:util'
import type { SimSparkError } from '#publib/util'
import { type FunctionInfo, functionInfos } from '../engine/function-info.ts'
import { type AnyFunction, isFunction, isNativeText, isReference, sourceText } from '../function.ts'
import { builtinPlace } from '../known/builtin-modules.ts'
import { symbolName } from '../known/globals.ts'
import { intrinsicPath } from '../known/intrinsics.ts'
import { type ModuleReference, moduleReference } from '../known/references.ts'
import { bindingOf, unshippableMark } from '../shipping-hooks.ts'
import type { Encoded, ModuleNeed, NodeId, WireNode } from '../wire.ts'
import { DataBlobs } from './data-blobs.ts'
import { type Demand, type Pruned, usesForced } from './demand.ts'
import { encodeByHook } from './encode-by-hook.ts'
import { encodeScalar } from './encode-scalar.ts'
import { symbolIdentity } from './identities.ts'
import type { FunctionRecord } from './record.ts'
import { SecretWatch } from './secrets.ts'
import {
  isConstructorPart,
  markRefusal,
  part,
  poisonWarning,
  type Refusal,
  refusalError,
  type Trail,
} from './trail.ts'

interface Waiting {
  readonly fn: AnyFunction
  readonly id: NodeId
  readonly trail: Trail
}

/** A use of a package's module object, of which some properties are touched. */
export interface ModuleUse {
  readonly value: object
  readonly trail: Trail
  readonly demand: Demand
}

/** What encodes the kinds of values; given by the capture, so that the encoder depends on none of them. */
export interface Encoders {
  object(
    encoder: Encoder,
    value: object,
    id: NodeId,
    trail: Trail,
    demand?: Demand,
  ): Refusal | undefined
  namespace(encoder: Encoder, value: object, id: NodeId, trail: Trail, demand?: Demand): void
  fn(
    encoder: Encoder,
    fn: AnyFunction,
    id: NodeId,
    trail: Trail,
    info: FunctionInfo,
  ): Refusal | undefined
  more(encoder: Encoder, value: object, id: NodeId, trail: Trail, demand?: Demand): void
}

/** Throw at what cannot travel, note it and go on, or put in its place a value that throws when touched. */
export type Strictness = 'throw' | 'collect' | 'poison'

export class Encoder {
  readonly nodes: (WireNode | undefined)[] = []
  readonly trails: Trail[] = []
  readonly ids = new Map<object | symbol, NodeId>()
  readonly buffers: (() => Uint8Array)[] = []
  readonly modules: ModuleNeed[] = []
  readonly records: FunctionRecord[] = []
  readonly byFunction = new Map<AnyFunction, FunctionRecord>()
  /** Objects of which only the used properties travel. */
  readonly pruned = new Map<NodeId, Pruned>()
  /** Classes of packages that must travel by value, because an instance with private fields does. */
  readonly forced = new Set<object>()
  /** How many functions of a package travel by value. */
  readonly byValue = new Map<string, number>()
  readonly moduleUses = new Map<NodeId, ModuleUse>()
  /** Functions that were reached otherwise than as the constructor of a prototype. */
  readonly direct = new Set<AnyFunction>()
  /** The class of a method, and the object that a function is a property of. */
  readonly classOfMethod = new WeakMap<AnyFunction, AnyFunction>()
  readonly homeOf = new WeakMap<AnyFunction, object>()
  /** Entries of weak collections, which travel only if their key does. */
  readonly weakEntries: { id: NodeId; trail: Trail; entries: (readonly unknown[])[] }[] = []
  readonly views: { view: ArrayBufferView; id: NodeId; trail: Trail }[] = []
  readonly propertyNames = new Set<string>()
  readonly warnings: string[] = []
  readonly problems: SimSparkError[] = []
  readonly blobs: DataBlobs
  readonly secrets = new SecretWatch()
  strictness: Strictness
  /** Variables may still be without a value, because nothing travels yet. */
  readonly isEarly: boolean
  readonly #encoders: Encoders
  readonly #pending: (() => void)[] = []
  #waiting: Waiting[] = []
  readonly #moduleIds = new Map<string, number>()

  constructor(encoders: Encoders, strictness: Strictness, isEarly: boolean) {
    this.#encoders = encoders
    this.strictness = strictness
    this.isEarly = isEarly
    this.blobs = new DataBlobs(this)
  }

  encode(value: unknown, trail: Trail, demand?: Demand): Encoded {
    if (isReference(value)) return this.#encodeReference(value, trail, demand)
    if (typeof value === 'string') this.secrets.look(value, trail)
    return typeof value === 'symbol' ? this.#encodeSymbol(value, trail) : encodeScalar(value)
  }

  /** Does work after everything that is under way, so that depth costs no stack. */
  later(work: () => void): void {
    this.#pending.push(work)
  }

  /** Does all that waits. */
  drain(): void {
    for (;;) {
      for (let work = this.#pending.pop(); work; work = this.#pending.pop()) work()
      if (this.#waiting.length === 0) return
      const batch = this.#waiting
      this.#waiting = []
      const infos = functionInfos(batch.map(each => each.fn))
      batch.forEach(({ fn, id, trail }, i) => {
        const info = infos[i]
        if (!info) throw new Error('the inspector lost a function')
        const refusal = this.#encoders.fn(this, fn, id, trail, info)
        if (refusal) this.refuse(id, trail, refusal, fn)
      })
    }
  }

  /** Asks the engine about a function again, though its node has been something else. */
  queue(fn: AnyFunction, id: NodeId, trail: Trail): void {
    this.#waiting.push({ fn, id, trail })
  }

  /** Refuses a value: throws, or puts poison in its place, as the strictness of the moment says. */
  refuse(id: NodeId, trail: Trail, refusal: Refusal, fn?: AnyFunction): void {
    const record = fn && this.byFunction.get(fn)
    const subject = record && {
      fn: record.fn,
      text: record.text,
      form: record.analysis.form,
      place: record.place,
    }
    const error = refusalError(trail, refusal, subject) as SimSparkError
    if (this.strictness === 'throw') throw error
    if (this.strictness === 'collect') this.problems.push(error)
    else this.warnings.push(poisonWarning(trail, refusal))
    this.nodes[id] = { t: 'poison', message: error.message }
  }

  moduleNode(reference: ModuleReference): WireNode {
    const key = JSON.stringify(reference.need)
    let need = this.#moduleIds.get(key)
    if (need === undefined) {
      need = this.modules.push(reference.need) - 1
      this.#moduleIds.set(key, need)
    }
    return { t: 'module', need, path: reference.path }
  }

  /** An object that stands for a module: only what is used of it. */
  namespace(value: object, id: NodeId, trail: Trail, demand?: Demand): void {
    this.#encoders.namespace(this, value, id, trail, demand)
  }

  noteByValue(packageName: string): void {
    this.byValue.set(packageName, (this.byValue.get(packageName) ?? 0) + 1)
  }

  buffer(bytes: () => Uint8Array): number {
    return this.buffers.push(bytes) - 1
  }

  #encodeSymbol(symbol: symbol, trail: Trail): Encoded {
    const known = this.ids.get(symbol)
    if (known !== undefined) return [known]
    const id = this.#allocate(symbol, trail)
    const name = symbolName(symbol)
    this.nodes[id] =
      name === undefined
        ? {
            t: 'unique-symbol',
            description: symbol.description,
            identity: symbolIdentity(symbol),
          }
        : { t: 'symbol', name }
    return [id]
  }

  #encodeReference(value: object, trail: Trail, demand?: Demand): Encoded {
    if (isFunction(value) && !isConstructorPart(trail)) this.direct.add(value)
    this.blobs.leave(value)
    const known = this.ids.get(value)
    if (known !== undefined) {
      this.#useAgain(value, known, trail, demand)
      return [known]
    }
    const id = this.#allocate(value, trail)
    const refusal = this.#classify(value, id, trail, demand)
    if (refusal) this.refuse(id, trail, refusal)
    return [id]
  }

  /** A further use may need more of what is pruned, and more of a module's object. */
  #useAgain(value: object, id: NodeId, trail: Trail, demand?: Demand): void {
    const before = this.moduleUses.get(id)
    if (!before) this.#encoders.more(this, value, id, trail, demand)
    this.moduleUses.delete(id)
    if (!before || !demand) return
    const uses = [...before.demand.uses, ...demand.uses]
    this.moduleUses.set(id, { ...before, demand: { ...demand, uses } })
  }

  #allocate(value: object | symbol, trail: Trail): NodeId {
    const id = this.nodes.push(undefined) - 1
    this.ids.set(value, id)
    this.trails[id] = trail
    return id
  }

  #classify(value: object, id: NodeId, trail: Trail, demand?: Demand): Refusal | undefined {
    if (isFunction(value)) return this.#classifyFunction(value, id, trail)
    const named = this.#namedNode(value)
    const isSplit = named?.t === 'module' && demand && usesForced(demand, value, this.forced)
    if (named && !isSplit) {
      this.nodes[id] = named
      if (named.t === 'module' && demand) this.moduleUses.set(id, { value, trail, demand })
      return undefined
    }
    if (isSplit || demand?.isNamespace) {
      this.namespace(value, id, trail, demand)
      return undefined
    }
    if (!types.isProxy(value)) {
      const mark = unshippableMark(value)
      if (mark) return markRefusal(mark)
      if (encodeByHook(this, value, id, trail)) return undefined
    }
    return this.#encoders.object(this, value, id, trail, demand)
  }

  /** Functions with a source of their own cannot be intrinsics: the tables are not even built for them. */
  #classifyFunction(fn: AnyFunction, id: NodeId, trail: Trail): Refusal | undefined {
    if (types.isProxy(fn)) {
      return {
        why: 'is a Proxy of a function (what its traps would do cannot be told)',
        hint: 'pass a plain function that calls it on the driver, or the function behind it',
      }
    }
    // Classes of simSpark itself: executors have their own.
    if (encodeByHook(this, fn, id, trail)) return undefined
    const binding = bindingOf(fn)
    if (binding) {
      const { factory, captures } = binding
      this.later(() => {
        const target = this.encode(factory, part(trail, '(factory of bind)'))
        const given = this.encode(captures, part(trail, '(captures of bind)'))
        this.nodes[id] = { t: 'call', fn: target, parameters: [given] }
      })
      return undefined
    }
    const named = isNativeText(sourceText(fn)) ? this.#namedNode(fn) : undefined
    if (named) this.nodes[id] = named
    else this.queue(fn, id, trail)
    return undefined
  }

  /** Whether executors find a value under a name: then that is its node. */
  named(value: object, id: NodeId): boolean {
    const node = this.#namedNode(value)
    if (node) this.nodes[id] = node
    return node !== undefined
  }

  #namedNode(value: object): WireNode | undefined {
    const path = intrinsicPath(value)
    if (path) return { t: 'intrinsic', path }
    const builtin = builtinPlace(value)
    if (builtin) {
      const { module, path: inside } = builtin
      const need = { kind: 'builtin', specifier: module, namespace: false } as const
      return this.moduleNode({ need, path: inside })
    }
    const reference = this.forced.has(value) ? undefined : moduleReference(value)
    return reference && this.moduleNode(reference)
  }
}
