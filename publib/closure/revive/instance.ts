/**
 * One instantiation of a payload: makes the nodes in the order that the driver planned, objects empty first and filled at the end,
 * so that cycles close and depth costs no stack.
 */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { assert } from '#publib/util'
import { moduleMissing, payloadMalformed } from '../errors.ts'
import { isReference } from '../function.ts'
import { intrinsicAt, symbolNamed } from '../known/globals.ts'
import { revive } from '../shipping-hooks.ts'
import type { Encoded, FunctionNode, NodeId, Payload, WireNode } from '../wire.ts'
import { type ClassRegistry, classesOf } from './class-registry.ts'
import type { Factory } from './factory.ts'
import { fillNode, fillProperties } from './fill.ts'
import { makeData } from './make-data.ts'
import { makeFunction, makeVariant } from './make-function.ts'
import { makePrivateInstance } from './make-private-instance.ts'
import { poison } from './poison.ts'

/** What all instantiations of a payload share. */
export interface Program {
  readonly payload: Payload
  readonly buffers: readonly Uint8Array[]
  readonly modules: readonly unknown[]
  readonly factories: readonly Factory[]
  /** For the first roots. */
  readonly variants: readonly (VariantOfRoot | undefined)[]
  readonly appRoot: string
}

/** What makes a function of another text with the captures of a root. */
export interface VariantOfRoot {
  readonly node: FunctionNode
  readonly factory: Factory
}

export interface Box {
  v: unknown
}

export class Instance {
  readonly program: Program
  readonly boxes: readonly Box[]
  readonly classes: ClassRegistry
  /** Late captures, bound when everything is there. */
  readonly bindings: { readonly set: (value: unknown) => void; readonly encoded: Encoded }[] = []
  readonly #values: unknown[] = []
  readonly #isMade: boolean[] = []
  readonly #inMaking = new Set<NodeId>()
  #unfilled: NodeId[] = []

  constructor(program: Program) {
    this.program = program
    this.boxes = program.payload.boxes.map(() => ({ v: undefined }))
    this.classes = classesOf()
  }

  run(): readonly unknown[] {
    const { roots, boxes, order } = this.program.payload
    for (const id of order) this.#get(id)
    const values = roots.map(root => this.decode(root))
    this.boxes.forEach((box, i) => {
      box.v = this.decode(boxes[i] ?? null)
    })
    this.#fillAll()
    for (const { set, encoded } of this.bindings) set(this.decode(encoded))
    this.#fillAll()
    const { variants } = this.program
    if (variants.length === 0) return values
    const made = roots.map((_, i) => variants[i] && makeVariant(this, variants[i]))
    return [...values, ...made]
  }

  decode(encoded: Encoded): unknown {
    if (!Array.isArray(encoded)) return encoded
    const [tag, text] = encoded as readonly [unknown, unknown]
    if (typeof tag === 'number') return this.#get(tag)
    switch (tag) {
      case 'undefined':
      case 'hole':
        return undefined
      case 'bigint':
        return BigInt(String(text))
      case '-0':
        return -0
      default:
        return Number(tag)
    }
  }

  /** Notes a made node before its parts are decoded, which may name it. */
  put<T>(id: NodeId, value: T): T {
    this.#values[id] = value
    this.#isMade[id] = true
    return value
  }

  node(id: NodeId): WireNode {
    const node = this.program.payload.nodes[id]
    if (!node) throw payloadMalformed(`node ${id} is missing`)
    return node
  }

  fillLater(id: NodeId): void {
    this.#unfilled.push(id)
  }

  #get(id: NodeId): unknown {
    if (this.#isMade[id]) return this.#values[id]
    if (this.#inMaking.has(id)) throw payloadMalformed(`node ${id} needs itself to be made`)
    this.#inMaking.add(id)
    const value = this.#make(id, this.node(id))
    this.#inMaking.delete(id)
    return this.#isMade[id] ? this.#values[id] : this.put(id, value)
  }

  #fillAll(): void {
    this.#fillFrom(0)
  }

  /** Fills what was made since, so that code which runs now sees whole objects. */
  #fillFrom(mark: number): void {
    while (this.#unfilled.length > mark) {
      const id = this.#unfilled.pop()
      assert(id !== undefined, 'a list that is longer than a mark has a last element')
      fillNode(this, this.node(id), this.#values[id])
    }
  }

  #make(id: NodeId, node: WireNode): unknown {
    switch (node.t) {
      case 'intrinsic':
        return intrinsicAt(node.path)
      case 'module':
        return this.#exportOf(node)
      case 'symbol':
        return symbolNamed(node.name)
      case 'unique-symbol':
        return this.classes.symbol(node.identity, node.description)
      case 'function':
      case 'class':
        return makeFunction(this, id, node)
      case 'prototype-of':
        return (this.decode(node.of) as { prototype: unknown }).prototype
      case 'proxy':
        return new Proxy(this.decode(node.target) as object, this.decode(node.handler) as object)
      case 'bound':
        return this.#bind(node)
      case 'call':
      case 'revived':
        return this.#callWith(node)
      case 'require':
        return this.#require(node.file)
      case 'poison':
        return poison(node.message)
      default:
        if ('privates' in node) return makePrivateInstance(this, id, node)
        return makeData(this, id, node)
    }
  }

  #exportOf(node: WireNode & { t: 'module' }): unknown {
    const need = this.program.payload.modules[node.need]
    let value = this.program.modules[node.need]
    for (const step of node.path) {
      value = isReference(value) ? Reflect.get(value, step) : undefined
    }
    if (value !== undefined || !need) return value
    const name = need.kind === 'file' ? need.package : need.specifier
    throw moduleMissing(`Module '${name}' has no export ${node.path.join('.')} on this executor`)
  }

  #bind(node: WireNode & { t: 'bound' }): unknown {
    const target = this.decode(node.target) as (...given: unknown[]) => unknown
    const receiver = this.decode(node.receiver)
    const parameters = node.parameters.map(each => this.decode(each))
    return Function.prototype.bind.call(target, receiver, ...parameters)
  }

  #callWith(node: WireNode & { t: 'call' | 'revived' }): unknown {
    const mark = this.#unfilled.length
    if (node.t === 'revived') {
      const data = this.decode(node.data)
      this.#fillFrom(mark)
      return revive(node.kind, data)
    }
    const fn = this.decode(node.fn) as (...given: unknown[]) => unknown
    const parameters = node.parameters.map(each => this.decode(each))
    this.#fillFrom(mark)
    return fn(...parameters)
  }

  #require(file: string): unknown {
    const isHere = file !== '' && existsSync(file)
    return createRequire(isHere ? file : join(this.program.appRoot, 'index.js'))
  }

  /** The own properties of an object that is made already. */
  fillProperties(object: object, body: Parameters<typeof fillProperties>[2]): void {
    fillProperties(this, object, body)
  }
}
