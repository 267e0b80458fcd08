import type { FunctionSource, Syntax } from '#publib/closure'
import type { Environment } from './environment.ts'
import { settled, uncovered } from './normal-form.ts'
import { notSimple } from './obstacle.ts'
import type { Expression } from './shape.ts'

export type Node<Type extends Syntax.AnyNode['type'] = Syntax.AnyNode['type']> = Extract<
  Syntax.AnyNode,
  { type: Type }
>

/** Bounds of what is called simple: larger functions are not worth it, and nothing of these may run away. */
const EXPRESSIONS_MAX = 500
const NESTING_MAX = 60
const CALLS_MAX = 8

/** A function that is being read: its names, and what they hold at the moment. */
export interface Frame {
  readonly source: FunctionSource
  /** The text's own function, or one within it. */
  readonly tree: Syntax.FunctionNode | undefined
  environment: Environment
  readonly caller: Frame | undefined
}

/** What reads the parts of a text; given by `recognise`, so that none of them imports another that imports it. */
export interface Readers {
  readonly expression: (reading: Reading, frame: Frame, node: Node) => Expression
  readonly call: (
    reading: Reading,
    frame: Frame,
    argument: (place: number) => Expression,
  ) => Expression
}

/** The shape of one function while it is found out: what its own text and those of its helpers have in common. */
export class Reading {
  readonly locals: Expression[] = []
  /** What is computed whether it is used or not, and may throw. */
  readonly checks: Expression[] = []
  readonly intrinsics = new Set<string>()
  readonly #readers: Readers
  #expressions = 0
  #nesting = 0
  #isInEach = false

  constructor(readers: Readers) {
    this.#readers = readers
  }

  /** What an expression of a function's text computes. @throws NotSimple */
  expression(frame: Frame, node: Node): Expression {
    return this.within(node, () => this.#readers.expression(this, frame, node))
  }

  /** An expression that stands where a regular expression may not. @throws NotSimple */
  value(frame: Frame, node: Node): Expression {
    const value = this.expression(frame, node)
    if (value.op === 'pattern') throw notSimple('uses a regular expression as a value', node)
    return value
  }

  /** What a function gives for its arguments. @throws NotSimple */
  call(frame: Frame, argument: (place: number) => Expression): Expression {
    return this.#readers.call(this, frame, argument)
  }

  /** Reads a part of a text, if that is not too much. */
  within<T>(node: { readonly start: number }, read: () => T): T {
    this.#expressions++
    if (this.#expressions > EXPRESSIONS_MAX) throw notSimple('is too long', node)
    if (this.#nesting >= NESTING_MAX) throw notSimple('is nested too deeply', node)
    this.#nesting++
    const value = read()
    this.#nesting--
    return value
  }

  /** A value that is used more than once. */
  share(value: Expression): Expression {
    if (isCheap(value)) return value
    return { op: 'local', index: this.locals.push(value) - 1 }
  }

  /** A value that is computed here, and may be used any number of times, or never. @throws NotSimple */
  hold(value: Expression, node: { readonly start: number }): Expression {
    if (value.op === 'pattern' && /[gy]/.test(value.flags)) {
      throw notSimple('keeps a regular expression that keeps its place', node)
    }
    if (value.op === 'item' || value.op === 'field') this.checks.push(value)
    return this.share(value)
  }

  /** A part that is read only in some cases: what it alone uses stands within it, as far as that can be. */
  branch(read: () => Expression): Expression {
    const local = this.locals.length
    const check = this.checks.length
    const value = read()
    if (this.checks.length > check)
      this.checks.push(...uncovered(this.checks.splice(check), [value]))
    return settled(this.locals, local, this.checks, value)
  }

  /** What is computed for each element of an array: nothing of it can stand anywhere else. */
  eachOf(node: { readonly start: number }, read: () => Expression): Expression {
    if (this.#isInEach) throw notSimple('goes through an array within another', node)
    const local = this.locals.length
    const check = this.checks.length
    this.#isInEach = true
    const body = this.branch(read)
    this.#isInEach = false
    if (this.locals.length > local || this.checks.length > check) {
      throw notSimple('computes more than one expression for each element', node)
    }
    return body
  }

  /** Whether one more call of a helper may be read within another. */
  enter(frame: Frame, node: { readonly start: number }): void {
    let depth = 0
    for (let at: Frame | undefined = frame.caller; at; at = at.caller) {
      if (at.tree === frame.tree) throw notSimple('calls itself', node)
      if (++depth > CALLS_MAX) throw notSimple('calls functions that call others too deeply', node)
    }
  }
}

export function isFunction(node: Node | undefined): node is Syntax.FunctionNode {
  return node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression'
}

/** Constants, arguments and what stands at a fixed place in them: as good twice as once. */
export function isCheap(value: Expression): boolean {
  let at = value
  for (let depth = 0; depth < 6; depth++) {
    if (at.op === 'literal' || at.op === 'argument') return true
    if (at.op === 'local' || at.op === 'pattern') return true
    if (at.op === 'element' || at.op === 'place') return true
    if (at.op !== 'item' && at.op !== 'field' && at.op !== 'itemAtPlace') return false
    at = at.of
  }
  return false
}
