/**
 * What a simple pure function does, as data: an expression of its arguments in which every operator means exactly what it
 * means in JavaScript. A function that cannot be told in these words has no shape and runs as it was written.
 *
 * Where the shape gives a value, so does the function, and the same one. Where the function throws, the shape throws too, but
 * not always the same error, and it may throw where the function does not: then the function is to be asked.
 */
export interface FunctionShape {
  /** How many arguments the expression may use; one that the caller does not give is undefined. */
  readonly parameters: number
  /**
   * Values that are computed once, in this order, before `result`, whether it uses them or not; `local` n is the n-th and
   * uses only those before it.
   */
  readonly locals: readonly Expression[]
  readonly result: Expression
  /** What of the language it relies on: see `areUntouched`. */
  readonly intrinsics: readonly string[]
}

export type Primitive = string | number | boolean | null | undefined

export type Expression =
  /** A constant, or a captured variable that never changes. */
  | { readonly op: 'literal'; readonly value: Primitive }
  | { readonly op: 'argument'; readonly index: number }
  | { readonly op: 'local'; readonly index: number }
  /**
   * `of[index]`; with `isTaken` the same place of a destructured array. Right only where `of` is an array, or a string whose
   * `index` was not taken: destructuring goes by characters.
   */
  | {
      readonly op: 'item'
      readonly of: Expression
      readonly index: number
      readonly isTaken?: true
    }
  /** `of.name`, never a name that all objects have; `length` of strings and arrays too. Right only for plain objects and that. */
  | { readonly op: 'field'; readonly of: Expression; readonly name: string }
  /** An array literal without holes and spreads. */
  | { readonly op: 'tuple'; readonly items: readonly Expression[] }
  /** An object literal with plain, different keys. */
  | {
      readonly op: 'record'
      readonly keys: readonly string[]
      readonly values: readonly Expression[]
    }
  | { readonly op: 'unary'; readonly operator: UnaryOperator; readonly of: Expression }
  | {
      readonly op: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  /** `left` is always computed, `right` only where JavaScript would. */
  | {
      readonly op: 'logical'
      readonly operator: '&&' | '||' | '??'
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly op: 'conditional'
      readonly test: Expression
      readonly then: Expression
      readonly otherwise: Expression
    }
  /** Texts and values in turn: one text more than values. */
  | {
      readonly op: 'template'
      readonly texts: readonly string[]
      readonly values: readonly Expression[]
    }
  /** A function of the language: `Math.imul`, `Number`, `JSON.parse`. */
  | {
      readonly op: 'call'
      readonly name: KnownFunction
      readonly arguments: readonly Expression[]
    }
  /** A method of strings or arrays: `of.split(' ')`. Right only where `of` is a string (or an array) indeed. */
  | {
      readonly op: 'method'
      readonly name: KnownMethod
      readonly of: Expression
      readonly arguments: readonly Expression[]
    }
  /**
   * `of.map((element, place) => body)`. Right only where `of` is an array. `body` is computed for each element, and holds no
   * other `each` or `select`.
   */
  | ForEach<'each'>
  /** `of.filter((element, place) => body)`, likewise. */
  | ForEach<'select'>
  /** Within those: the element, and its place in the array. */
  | { readonly op: 'element' }
  | { readonly op: 'place' }
  /** Within those: `of[place]`. Right only where `of` is an array. */
  | { readonly op: 'itemAtPlace'; readonly of: Expression }
  /** A regular expression: only as the first argument of `split`, `replace` and `replaceAll`, and as what `test` is called on. */
  | { readonly op: 'pattern'; readonly source: string; readonly flags: string }

export interface ForEach<Op> {
  readonly op: Op
  readonly of: Expression
  readonly body: Expression
  /** Written as `for (… of …)`: right also where `of` is a Group. */
  readonly isIterated?: true
}

export type UnaryOperator = '-' | '+' | '!' | '~' | 'typeof'

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '**'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '>>>'
  | '==='
  | '!=='
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='

/** Pure functions of the language that a shape may call, as they are found from the global object. */
export type KnownFunction =
  | `Math.${string}`
  | 'Number'
  | 'String'
  | 'Boolean'
  | 'parseInt'
  | 'parseFloat'
  | 'isNaN'
  | 'isFinite'
  | 'Number.isNaN'
  | 'Number.isFinite'
  | 'Number.isInteger'
  | 'Number.parseInt'
  | 'Number.parseFloat'
  | 'Array.isArray'
  | 'JSON.parse'

export type KnownMethod =
  | 'split'
  | 'trim'
  | 'trimStart'
  | 'trimEnd'
  | 'toLowerCase'
  | 'toUpperCase'
  | 'slice'
  | 'substring'
  | 'charAt'
  | 'charCodeAt'
  | 'startsWith'
  | 'endsWith'
  | 'includes'
  | 'indexOf'
  | 'lastIndexOf'
  | 'at'
  | 'codePointAt'
  | 'padStart'
  | 'padEnd'
  | 'repeat'
  | 'replace'
  | 'replaceAll'
  | 'join'
  | 'toFixed'
  | 'concat'
  | 'toString'
  /** Of groups. */
  | 'toArray'
  | 'test'
