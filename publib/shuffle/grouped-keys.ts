import { type Column, concatColumns } from '#publib/columnar'
import type { KeyNumbers } from './flat-numbers.ts'
import { classesOfKeys, type KeyClass, valuesOfClass } from './key-classes.ts'
import { keyNumbers } from './key-numbers.ts'
import { type PairColumns, pairColumns } from './pair-columns.ts'
import { scatterRows } from './scatter.ts'

/** The values that one source has for each key. */
export interface GroupedSide {
  readonly values: Column
  /** Rows of `values`, key by key, those of a key as they came. */
  readonly order: Uint32Array
  /** The rows of key k are those from `bounds[k]` up to `bounds[k + 1]` in `order`. */
  readonly bounds: Uint32Array
}

/** Keys, each once, with the values that each source has for them. */
export interface GroupedKeys {
  readonly keys: Column
  readonly size: number
  readonly sides: readonly GroupedSide[]
}

/** Groups pairs that are in memory. It keeps its tables for the next ones. */
export class KeyGrouper {
  readonly #sources: number
  readonly #classes = new Map<KeyClass, KeyNumbers>()

  constructor(sources: number) {
    this.#sources = sources
  }

  /** The pairs of each source, grouped: once for each class of keys. */
  *group(sources: readonly (readonly Column[])[]): Generator<GroupedKeys> {
    const gathered = new Map<KeyClass, GatheredSide[]>()
    for (const [source, columns] of sources.entries()) {
      for (const column of columns) this.#add(gathered, source, pairColumns(column))
    }
    for (const [of, sides] of gathered) {
      const numbers = this.#classes.get(of)!
      const { size } = numbers
      const keys = numbers.keys()
      numbers.clear()
      yield { keys, size, sides: sides.map(side => side.grouped(size)) }
    }
  }

  release(): void {
    for (const numbers of this.#classes.values()) numbers.release()
    this.#classes.clear()
  }

  #add(gathered: Map<KeyClass, GatheredSide[]>, source: number, { keys, values }: PairColumns) {
    for (const part of classesOfKeys(keys)) {
      let numbers = this.#classes.get(part.of)
      if (numbers === undefined) {
        numbers = keyNumbers(part.of)
        this.#classes.set(part.of, numbers)
      }
      let sides = gathered.get(part.of)
      if (sides === undefined) {
        sides = Array.from({ length: this.#sources }, () => new GatheredSide())
        gathered.set(part.of, sides)
      }
      const own = valuesOfClass(values, part)
      sides[source]!.add(numbers.idsOf(part.keys), own)
    }
  }
}

/** The rows of one source: the numbers of their keys, and their values. */
class GatheredSide {
  readonly #ids: Int32Array[] = []
  readonly #values: Column[] = []

  add(ids: Int32Array, values: Column): void {
    this.#ids.push(ids.slice())
    this.#values.push(values)
  }

  grouped(size: number): GroupedSide {
    const { order, bounds } = scatterRows(joined(this.#ids), size)
    return { values: concatColumns(this.#values), order, bounds }
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  if (parts.length === 1) return parts[0]!
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let end = 0
  for (const part of parts) {
    all.set(part, end)
    end += part.length
  }
  return all
}
