import { SeededRandom } from '#publib/util'

/** Texts of functions of two arguments, `a` and `b`, that call `h` and read `k`: most of them simple. */
export class FunctionWriter {
  readonly #random: SeededRandom
  #variables: string[] = []
  #made = 0

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
  }

  /** With `head` as its parameters, and small; or with any. */
  write(head?: string): string {
    this.#variables = ['a', 'b']
    this.#made = 0
    const depth = head === undefined ? 3 : 2
    const heads = ['(a, b)', '([a, b], c = 3)', '({ x: a, y: [b] }, c)', '(a, b = k)']
    const parameters = head ?? this.#pick(heads)
    if (this.#random.below(3) === 0) return `${parameters} => (${this.#expression(depth)})`
    let body = ''
    for (let left = this.#random.below(head === undefined ? 5 : 2); left > 0; left--) {
      body += this.#statement(2)
    }
    return `${parameters} => { ${body}return ${this.#expression(depth)} }`
  }

  /** A value that such a function may be called with. */
  value(depth = 2): unknown {
    const scalar = this.#pick([
      1,
      -3,
      0,
      -0,
      2.5,
      Number.NaN,
      2 ** 31,
      'text',
      '',
      ' 12 ',
      'a,b',
      true,
      null,
      undefined,
    ])
    if (depth === 0 || this.#random.below(2) === 0) return scalar
    const parts = [this.value(depth - 1), this.value(depth - 1)]
    return this.#random.below(2) === 0 ? parts : { x: parts[0], y: parts[1] }
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)]!
  }

  #statement(depth: number): string {
    const name = `v${this.#made++}`
    const value = this.#expression(2)
    const known = [...this.#variables]
    switch (depth === 0 ? this.#random.below(4) : this.#random.below(10)) {
      case 0:
        this.#variables.push(name)
        return `const ${name} = ${value}; `
      case 1:
        this.#variables.push(name)
        return `let ${name} = ${value}; `
      case 2:
        return `${this.#pick(known)} ${this.#pick(['=', '+=', '^=', '*=', '??=', '||='])} ${value}; `
      case 3:
        return `${this.#pick(known)}++; `
      case 4:
        this.#variables.push(name)
        return `${this.#pick([`const [, ${name}]`, `const { x: ${name} = 1 }`])} = ${value}; `
      case 5:
        return `if (${value}) return ${this.#expression(2)}; `
      case 6:
        this.#variables.push(name)
        return `const ${name} = []; ${this.#pick([`${name}.push(${value}); ${name}.push(b); `, `for (const e of Array.isArray(a) ? a : [b, 1]) ${this.#pick(['', 'if (e) ', 'if (h(e, 2)) '])}${name}.push(${this.#pick(['e', '[e, k]', 'h(e, 1)'])}); `])}`
      case 7:
        this.#variables.push(name)
        return `const f${name} = (p, q = b) => ${this.#pick(['p', 'q', '[p, a]', 'h(p, q)', 'p + q', '{ return p ? q : b }'])}; const ${name} = f${name}(${value}); `
      case 8:
        return `switch (${value}) { case 1: case 'text': return ${this.#expression(2)}; case ${this.#expression(1)}: b = 2; break; default: a = 3 } `
      default:
        return `if (${value}) ${this.#block(depth, known)}else ${this.#block(depth, known)}`
    }
  }

  #block(depth: number, known: readonly string[]): string {
    let text = ''
    for (let left = this.#random.below(3); left > 0; left--) text += this.#statement(depth - 1)
    if (this.#random.below(4) === 0) text += `return ${this.#expression(1)}; `
    this.#variables = [...known]
    return `{ ${text}} `
  }

  #expression(depth: number): string {
    const inner = (): string => this.#expression(depth - 1)
    if (depth === 0) {
      return this.#pick([
        ...this.#variables,
        ...this.#variables,
        'k',
        '0',
        '2',
        "'s'",
        'null',
        'Math.PI',
      ])
    }
    switch (this.#random.below(15)) {
      case 0:
      case 1:
        return `(${inner()} ${this.#pick(['+', '-', '*', '%', '>>>', '<', '===', '!=', '|'])} ${inner()})`
      case 2:
        return `(${inner()} ${this.#pick(['&&', '||', '??'])} (${inner()}))`
      case 3:
        return `(${inner()} ? ${inner()} : ${inner()})`
      case 4:
        return `[${inner()}, ${inner()}]`
      case 5:
        return `({ x: ${inner()}, y: ${inner()} })`
      case 6:
        return `(${inner()})${this.#pick(['[0]', '[1]', '.x', '.y', '.length', '?.x'])}`
      case 7:
        return `\`<\${${inner()}}>\``
      case 8:
        return `h(${inner()}, ${inner()})`
      case 9:
        return `${this.#pick(['-', '!', 'typeof ', '~'])}(${inner()})`
      case 10:
        return `${this.#pick(['Math.max', 'Math.imul'])}(${inner()}, ${inner()})`
      case 11:
        return `${this.#pick(['Number', 'String', 'Boolean', 'parseFloat'])}(${inner()})`
      case 12:
        return `(Array.isArray(a) ? a : [1, b]).${this.#pick(['map', 'filter'])}((e, i) => ${this.#pick(['e', 'i + 1', '[e, i]', 'String(e)', 'h(e, i)'])})`
      case 13:
        return `String(${inner()})${this.#pick(['.trim()', ".split(',')", '.toUpperCase()', ".replace(/t/g, 'T')", '.charCodeAt(0)'])}`
      default:
        return inner()
    }
  }
}
