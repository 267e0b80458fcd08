/** How a value was reached from the function that the user passed: what errors and reports speak of. */
import type { CallSite, ErrorCode } from '#publib/util'
import { notShippable } from '../errors.ts'
import type { AnyFunction } from '../function.ts'

/** What a trail knows of a function that uses a variable. */
export interface Describable {
  readonly fn: AnyFunction
  readonly text: string
  readonly form: 'arrow' | 'function' | 'method' | 'class'
  readonly place: CallSite | undefined
}

export type Step =
  | {
      readonly kind: 'root'
      readonly operation: string
      readonly isFunction: boolean
      readonly callSite: CallSite | undefined
    }
  | { readonly kind: 'variable'; readonly name: string; readonly usedBy: () => Describable }
  | { readonly kind: 'property'; readonly key: string | symbol }
  | { readonly kind: 'part'; readonly text: string | (() => string) }

export interface Trail {
  readonly parent: Trail | undefined
  readonly step: Step
}

/** Why a value cannot travel: `is a pending Promise`. */
export interface Refusal {
  readonly why: string
  readonly hint?: string | undefined
  readonly code?: ErrorCode | undefined
}

/** One variable on a trail, with the path from it to the next one. */
export interface Stretch {
  readonly variable: string
  readonly path: string
  readonly usedBy: Describable
}

export function property(parent: Trail | undefined, key: string | symbol): Trail {
  return { parent, step: { kind: 'property', key } }
}

export function part(parent: Trail | undefined, text: string | (() => string)): Trail {
  return { parent, step: { kind: 'part', text } }
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

function keyText(key: string | symbol): string {
  if (typeof key === 'symbol') return `[${String(key)}]`
  if (IDENTIFIER.test(key)) return `.${key}`
  return /^\d+$/.test(key) ? `[${key}]` : `[${JSON.stringify(key)}]`
}

/** The variables from the value back to the root, and what of the path belongs to no variable. */
export function stretches(trail: Trail): { readonly found: Stretch[]; readonly rest: string } {
  const found: Stretch[] = []
  let path = ''
  for (let at: Trail | undefined = trail; at; at = at.parent) {
    const { step } = at
    if (step.kind === 'variable') {
      found.push({ variable: step.name, path: step.name + path, usedBy: step.usedBy() })
      path = ''
    } else if (step.kind === 'property') path = keyText(step.key) + path
    else if (step.kind === 'part') {
      path = (typeof step.text === 'string' ? step.text : step.text()) + path
    }
  }
  return { found, rest: path }
}

export function rootOf(trail: Trail): Extract<Step, { kind: 'root' }> | undefined {
  for (let at: Trail | undefined = trail; at; at = at.parent) {
    if (at.step.kind === 'root') return at.step
  }
  return undefined
}

const TEXT_MAX = 60

/** ``arrow function `x => use(x)` (/app/main.ts:7:186)``. */
export function describe(fn: Describable): string {
  const name = fn.fn.name || '<anonymous>'
  const flat = fn.text.replace(/\s+/g, ' ')
  const short = flat.length > TEXT_MAX ? `${flat.slice(0, TEXT_MAX - 3)}...` : flat
  const what =
    fn.form === 'arrow'
      ? `arrow function \`${short}\``
      : `${fn.form === 'class' ? 'class' : 'function'} ${name}`
  const { place } = fn
  return place ? `${what} (${place.file}:${place.line}:${place.column})` : what
}

/** The error for a value that cannot travel. */
export function refusalError(trail: Trail, refusal: Refusal, subject?: Describable): Error {
  const root = rootOf(trail)
  const lines = [headline(trail, refusal)]
  const { found } = stretches(trail)
  for (const each of found) lines.push(`  \`${each.path}\` is used by ${describe(each.usedBy)}`)
  if (subject && found.length === 0) lines.push(`  it is ${describe(subject)}`)
  return notShippable({
    code: refusal.code,
    message: lines.join('\n'),
    hint: refusal.hint,
    callSite: root?.callSite,
  })
}

function headline(trail: Trail, refusal: Refusal): string {
  const root = rootOf(trail)
  const kind = root?.isFunction === false ? 'value' : 'function'
  const passed = root ? `the ${kind} passed to ${root.operation}` : 'the function'
  const { found, rest } = stretches(trail)
  const first = found[0]
  if (first) {
    const at = first.path === first.variable ? '' : ` (at \`${first.path}\`)`
    return `Cannot ship ${passed}: variable \`${first.variable}\`${at} ${refusal.why}.`
  }
  const at = rest === '' ? 'it' : `its part \`${rest}\``
  return `Cannot ship ${passed}: ${at} ${refusal.why}.`
}

/** Whether a value is only reached as the constructor of a prototype. */
export function isConstructorPart(trail: Trail): boolean {
  return trail.step.kind === 'part' && trail.step.text === '.constructor'
}

/** The refusal of an object that says itself that it cannot travel. */
export function markRefusal(mark: { what: string; hint: string; code?: Refusal['code'] }): Refusal {
  const why = mark.what.startsWith('is ') ? mark.what : `is ${mark.what}`
  return { why, hint: mark.hint, code: mark.code }
}

export function poisonWarning(trail: Trail, refusal: Refusal): string {
  const first = stretches(trail).found[0]
  const what = first ? `\`${first.path}\`` : 'a part of it'
  return `${what} ${refusal.why}: it stays behind, and code that touches it will fail`
}
