import type { Lineage, Root } from '#publib/lineage'
import type { RddId } from '#publib/util'

/** One operator of a chain: the functions that it takes, and the text that it becomes. */
export interface Step {
  readonly id: RddId
  /** As a comment in the text: `flatMap`. */
  readonly tag: string
  readonly parent: Lineage<unknown>
  readonly roots: readonly Root[]
  /** What the step keeps from element to element of a partition; the text has it as `names.state`. */
  readonly state?: ((partition: number) => unknown) | undefined
  /** Whether one element may become many: then batches are bounded within the loop. */
  readonly multiplies: boolean
  /** The text that makes of `element` what `next` takes. */
  write(element: Element, names: Names, next: (element: Element) => string): string
}

/**
 * An element within the text: the name of a variable, or a pair that nobody has made yet because what follows may take its
 * key and value apart again.
 */
export type Element =
  | { readonly kind: 'value'; readonly name: string; readonly isPair: boolean }
  | { readonly kind: 'pair'; readonly key: string; readonly value: string }

/** Names for one step: unique in the text. */
export interface Names {
  /** A new variable. */
  fresh(): string
  /** The step's function at `index`, and the root that errors name. */
  fn(index: number): string
  root(index: number): string
  /** What the step keeps. */
  readonly state: string
}

export function valueNamed(name: string, isPair = false): Element {
  return { kind: 'value', name, isPair }
}

/** The element as one value: `use` is given its name. */
export function asValue(element: Element, names: Names, use: (name: string) => string): string {
  if (element.kind === 'value') return use(element.name)
  const name = names.fresh()
  return `const ${name} = [${element.key}, ${element.value}]\n${use(name)}`
}

/** The error of an element that is no pair, as text. */
export type Complaint = (name: string) => string

/** Who complains is an operation: `mapValues()`. */
export function ofOperation(operation: string): Complaint {
  return name => `h.notAPair(${JSON.stringify(operation)}, ${name})`
}

/** The element as key and value. */
export function asPair(
  element: Element,
  complaint: Complaint,
  names: Names,
  use: (key: string, value: string) => string,
): string {
  if (element.kind === 'pair') return use(element.key, element.value)
  const key = names.fresh()
  const value = names.fresh()
  const check = element.isPair
    ? ''
    : `if (!Array.isArray(${element.name})) throw ${complaint(element.name)}\n`
  return `${check}const ${key} = ${element.name}[0], ${value} = ${element.name}[1]\n${use(key, value)}`
}

/** Refuses a promise in the variable `name`. */
export function refusal(name: string, root: string): string {
  return `if (typeof ${name} === 'object' && ${name} !== null && typeof ${name}.then === 'function') h.refusePromise(${name}, ${root})\n`
}

/** Calls `use` with each of what the variable `result` iterates. */
export function forEachOf(
  result: string,
  root: string,
  names: Names,
  use: (name: string) => string,
): string {
  const [chunks, chunk, index, item] = [names.fresh(), names.fresh(), names.fresh(), names.fresh()]
  // Arrays are one chunk; anything else is read some thousand elements at a time.
  return `let ${chunks} = null, ${chunk} = ${result}
if (!Array.isArray(${chunk}) && (${chunk} = h.whole(${result})) === undefined) {
${chunks} = h.chunks(${result}, ${root})
${chunk} = ${chunks}.next()
}
while (${chunk} !== undefined) {
if ((made += ${chunk}.length) >= ${CHECK_RECORDS}) { made = 0; h.check() }
for (let ${index} = 0; ${index} < ${chunk}.length; ${index}++) {
const ${item} = ${chunk}[${index}]
${use(item)}}
${chunk} = ${chunks} === null ? undefined : ${chunks}.next()
}
`
}

/** Elements made within the loop between two looks whether the task is to stop. */
export const CHECK_RECORDS = 16_384
