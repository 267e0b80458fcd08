import { DEPTH_MAX, type Entry, placesOf, SyntaxProblem } from './entry.ts'

/**
 * Strict JSON as settings: objects are flattened, `{"a": {"b": 1}}` is `a.b`. An own parser because JSON.parse
 * knows no places, keeps the last of two equal keys, and makes `__proto__` anything but a key.
 */
export function parseJson(text: string): Entry[] {
  const reader = new JsonReader(text)
  return reader.settings()
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }

class JsonReader {
  readonly #text: string
  readonly #placeOf: ReturnType<typeof placesOf>
  readonly #entries: Entry[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#placeOf = placesOf(text)
  }

  settings(): Entry[] {
    this.#space()
    if (this.#text[this.#at] !== '{') this.#fail('expected an object')
    this.#object('', 0)
    this.#space()
    if (this.#at < this.#text.length) this.#fail('expected the end of the file')
    return this.#entries
  }

  /** Reads `{…}` and adds what it holds under `prefix`. */
  #object(prefix: string, depth: number): void {
    if (depth >= DEPTH_MAX) this.#fail('too deeply nested')
    this.#at++
    this.#space()
    if (this.#take('}')) return
    do {
      this.#space()
      const start = this.#at
      const key = prefix === '' ? this.#string() : `${prefix}.${this.#string()}`
      this.#space()
      if (!this.#take(':')) this.#fail('expected `:`')
      this.#space()
      this.#member(key, start, depth)
      this.#space()
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail('expected `,` or `}`')
  }

  #member(key: string, start: number, depth: number): void {
    const before = this.#entries.length
    const isObject = this.#text[this.#at] === '{'
    if (isObject) this.#object(key, depth + 1)
    else this.#add(key, this.#value(depth + 1), start)
    if (isObject && this.#entries.length === before) this.#add(key, {}, start)
  }

  #add(key: string, value: unknown, start: number): void {
    this.#entries.push({ key, value, ...this.#placeOf(start) })
  }

  /** A value that is no object's member to flatten: a word, number, string or list. */
  #value(depth: number): unknown {
    if (depth > DEPTH_MAX) this.#fail('too deeply nested')
    const first = this.#text[this.#at]
    if (first === '"') return this.#string()
    if (first === '[') return this.#list(depth)
    if (first === '{') this.#fail('expected a text or number in a list')
    const number = this.#match(NUMBER)
    if (number !== undefined) return Number(number)
    const word = this.#match(WORD)
    if (word === undefined) this.#fail('expected a value')
    return WORDS[word]
  }

  #list(depth: number): unknown[] {
    this.#at++
    this.#space()
    const values: unknown[] = []
    if (this.#take(']')) return values
    do {
      this.#space()
      values.push(this.#value(depth + 1))
      this.#space()
    } while (this.#take(','))
    if (!this.#take(']')) this.#fail('expected `,` or `]`')
    return values
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') this.#fail('expected a text in double quotes')
    const start = this.#at
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      if (this.#text[this.#at] === '\\') this.#at++
      if (this.#at >= this.#text.length) this.#fail('a text without its closing quote', start)
    }
    this.#at++
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string
    } catch {
      return this.#fail('a text with a bad escape or a control character', start)
    }
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #fail(message: string, position = this.#at): never {
    const { line, column } = this.#placeOf(position)
    throw new SyntaxProblem(line, column, message)
  }
}
