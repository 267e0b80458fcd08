/** What one function's text tells about what it needs from outside. */
import type { ClassNode, FunctionForm, FunctionNode } from './syntax.ts'

/** Positions count from the start of the function's own text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * The class member a use stands in, for the text of a class: the member's name (`#name` if private), or
 * `%heritage` `%key` `%static` (evaluated once, when the class is made), `%new` (runs with `new`), `%computed`.
 */
export type MemberName = string

/** One use of a name that the text does not declare. */
export interface NameUse extends Span {
  readonly kind: 'read' | 'write' | 'update'
  /** The properties read from it, as far as they are fixed names: `cfg.a.b` has `['a', 'b']`. */
  readonly path: readonly string[]
  /** Whether `path` ends in a call: `cfg.a.run()`. */
  readonly isMethodCall: boolean
  /** Whether the name itself is called: a rewritten text must not change its `this`. */
  readonly isCallee: boolean
  readonly isShorthand: boolean
  readonly member: MemberName | undefined
}

export interface FreeName {
  readonly name: string
  readonly uses: NameUse[]
  isWritten: boolean
  /** Whether the value itself is used, and not only fixed properties of it. */
  escapes: boolean
}

export interface ThisUse {
  readonly path: readonly string[]
  readonly isMethodCall: boolean
}

/** `__name(f, "f")`, which esbuild puts around functions to keep their names. */
export interface NameCall extends Span {
  readonly argument: Span
}

export interface FunctionAnalysis {
  readonly form: FunctionForm
  readonly accessor: 'get' | 'set' | undefined
  readonly isAsync: boolean
  readonly isGenerator: boolean
  readonly isPrivateMethod: boolean
  readonly sloppyOnly: boolean
  readonly freeNames: ReadonlyMap<string, FreeName>
  /** Uses of the `this` of the text's own function, or of the outer one for arrows. */
  readonly thisUses: readonly ThisUse[]
  readonly usesOuterThis: boolean
  readonly usesOuterArguments: boolean
  readonly usesSuper: boolean
  readonly usesEval: boolean
  readonly usesWith: boolean
  /** Private names, as `#x` without the `#`, that the text declares (classes) or takes from outside (others). */
  readonly privateNames: ReadonlySet<string>
  readonly importCalls: readonly Span[]
  readonly importMetas: readonly Span[]
  readonly nameCalls: readonly NameCall[]
  /** All property names and strings in the text: what may be called by name. */
  readonly propertyNames: ReadonlySet<string>
  /** The computed key of a method. */
  readonly computedKey: Span | undefined
  /** Where the parameters' parenthesis opens, which is where the engine says a function is. */
  readonly parametersStart: number
  /** For classes: the tree, whose positions are `offset` too large. */
  readonly classNode: ClassNode | undefined
  /** For functions that are not long: the tree, whose positions are `offset` too large. */
  readonly functionNode: FunctionNode | undefined
  readonly offset: number
}

/** The analysis while it is made. */
export type Draft = {
  -readonly [K in keyof FunctionAnalysis]: Changeable<FunctionAnalysis[K]>
}

type Changeable<T> =
  T extends ReadonlyMap<infer N, infer E>
    ? Map<N, E>
    : T extends ReadonlySet<infer E>
      ? Set<E>
      : T extends readonly (infer E)[]
        ? E[]
        : T
