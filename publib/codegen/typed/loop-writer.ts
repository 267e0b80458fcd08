import type { LeafKind } from './leaf-kinds.ts'

/**
 * The text of one typed loop while it is written: what stands in front of the loop, the turn of the loop, and blocks that
 * are closed at its end. Constants of the turn are made once for each expression.
 */
export class LoopWriter {
  readonly leaves: LeafKind[] = []
  /** Whether each row of the input gives exactly one row at the end, so far. */
  isAligned = true
  /** Whether one row may become many. */
  multiplies = false
  readonly #front: Statement[] = []
  readonly #turn: Statement[] = []
  readonly #closers: string[] = []
  readonly #known = new Map<string, string>()
  #variables = 0

  /** Statements of the turn. */
  line(text: string): void {
    this.#turn.push({ name: undefined, text })
  }

  /** Opens a block that reaches to the end of the turn. */
  open(text: string, closer = '}'): void {
    this.#turn.push({ name: undefined, text })
    this.#closers.push(closer)
  }

  fresh(): string {
    return `x${++this.#variables}`
  }

  /** A constant of the turn; the same for the same expression. */
  bind(code: string): string {
    if (isSimple(code)) return code
    const known = this.#known.get(code)
    if (known !== undefined) return known
    const name = this.#named(code)
    this.#turn.push({ name, text: `const ${name} = ${code}` })
    return name
  }

  /** A constant of the turn, anew: for what makes an array or an object. */
  make(code: string): string {
    const name = this.fresh()
    this.#turn.push({ name: undefined, text: `const ${name} = ${code}` })
    return name
  }

  /** The expression, unlike any other that says the same. */
  unlike(code: string): string {
    return `${code} /* ${++this.#variables} */`
  }

  /** A constant of the whole batch; the same for the same expression. It is not made where the text does not use it. */
  once(code: string): string {
    const known = this.#known.get(code)
    if (known !== undefined) return known
    const name = this.#named(code)
    this.#front.push({ name, text: `const ${name} = ${code}` })
    return name
  }

  /** Text in front of the loop. */
  before(text: string): void {
    this.#front.push({ name: undefined, text })
  }

  /** Gives what `write` gives; where that is undefined, nothing was written. */
  attempt<R>(write: () => R | undefined): R | undefined {
    const front = this.#front.length
    const turn = this.#turn.length
    const known = this.#known.size
    const given = write()
    if (given !== undefined) return given
    this.#front.length = front
    this.#turn.length = turn
    for (const code of [...this.#known.keys()].slice(known)) this.#known.delete(code)
    return undefined
  }

  /** Whether nothing is done in a turn: constants alone do nothing. */
  get isEmpty(): boolean {
    return this.#turn.every(({ name }) => name !== undefined)
  }

  /** The whole turn, its blocks closed. */
  get turn(): string {
    const closers = this.#closers.toReversed().join('\n')
    return `${usedOf(this.#turn, closers)}\n${closers}`
  }

  /** What stands in front of the loop, `rest` behind it. */
  frontOf(rest: string): string {
    return usedOf(this.#front, rest)
  }

  #named(code: string): string {
    const name = this.fresh()
    this.#known.set(code, name)
    return name
  }
}

interface Statement {
  /** Of a constant that may be left out. */
  readonly name: string | undefined
  readonly text: string
}

const NAMES = /\bx\d+\b/g

/** Statements without the constants that neither others nor `rest`, which is behind them, use. */
function usedOf(statements: readonly Statement[], rest: string): string {
  const used = new Set(rest.match(NAMES))
  const lines: string[] = []
  for (const { name, text } of statements.toReversed()) {
    if (name !== undefined && !used.has(name)) continue
    lines.unshift(text)
    for (const other of text.match(NAMES) ?? []) used.add(other)
  }
  return lines.join('\n')
}

function isSimple(code: string): boolean {
  return /^[\w$]+$|^"[^"\\]*"$|^\(-\d+(?:\.\d+)?\)$|^\d+\.\d+$/.test(code)
}
