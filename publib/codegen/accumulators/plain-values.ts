import type { Layout } from './layout.ts'

/** Longer arrays and larger objects are data, not combiners. */
const LEAVES_MAX = 64

/** Of what numbers a value is made; undefined where there is anything else in it. */
export function layoutOfPlain(value: unknown): Layout | undefined {
  let leaf = 0
  const look = (part: unknown, depth: number): Layout | undefined => {
    if (typeof part === 'number') {
      return leaf < LEAVES_MAX ? { kind: 'number', leaf: leaf++ } : undefined
    }
    if (typeof part !== 'object' || part === null || depth === DEPTH_MAX) return undefined
    const prototype: unknown = Object.getPrototypeOf(part)
    const isArray = Array.isArray(part)
    if (prototype !== (isArray ? Array.prototype : Object.prototype)) return undefined
    const keys = Object.keys(part)
    if (keys.length === 0 || keys.length > LEAVES_MAX || keys.includes('__proto__')) {
      return undefined
    }
    if (isArray && keys.length !== part.length) return undefined
    const parts: Layout[] = []
    for (const key of keys) {
      const inner = look(Reflect.get(part, key), depth + 1)
      if (inner === undefined) return undefined
      parts.push(inner)
    }
    return isArray ? { kind: 'tuple', parts } : { kind: 'record', keys, parts }
  }
  return look(value, 0)
}

const DEPTH_MAX = 8

/**
 * Text that reads the numbers of the value `name` into `b0`, `b1`, …; what is made in any other way is left alone by `leave`.
 * `p` has the prototypes of arrays and of objects, and the lists of keys that `keysOf` gives.
 */
export function readingText(layout: Layout, name: string, leave: string): string {
  let fresh = 0
  let lists = 0
  const read = (part: Layout, from: string): string => {
    if (part.kind === 'number') {
      const number = `b${part.leaf}`
      return `const ${number} = ${from}\nif (typeof ${number} !== 'number') ${leave}\n`
    }
    const object = `o${fresh++}`
    const declared = `const ${object} = ${from}\n`
    if (part.kind === 'tuple') {
      return `${declared}if (!Array.isArray(${object}) || ${object}.length !== ${part.parts.length} || p.proto(${object}) !== p.array) ${leave}
${part.parts.map((inner, i) => read(inner, `${object}[${i}]`)).join('')}`
    }
    const count = `k${fresh++}`
    const list = `p.keys[${lists++}]`
    return `${declared}if (typeof ${object} !== 'object' || ${object} === null || p.proto(${object}) !== p.object) ${leave}
let ${count} = 0
for (const key in ${object}) if (key !== ${list}[${count}++]) ${leave}
if (${count} !== ${part.keys.length}) ${leave}
${part.parts.map((inner, i) => read(inner, `${object}[${JSON.stringify(part.keys[i])}]`)).join('')}`
  }
  return read(layout, name)
}

/** What the text of `readingText` calls `p`. */
export function readingParts(layout: Layout): unknown {
  return {
    proto: Object.getPrototypeOf,
    array: Array.prototype,
    object: Object.prototype,
    keys: keysOf(layout),
  }
}

function keysOf(layout: Layout): readonly (readonly string[])[] {
  if (layout.kind === 'number') return []
  const inner = layout.parts.flatMap(keysOf)
  return layout.kind === 'record' ? [layout.keys, ...inner] : inner
}
