import { type Column, columnBytes } from '#publib/columnar'
import type { MemoryKeeper } from '#publib/memory'
import type { SpillEnvironment } from './environment.ts'
import { type GroupedKeys, KeyGrouper } from './grouped-keys.ts'
import { HashParts, partCount } from './hash-parts.ts'
import { pairColumns } from './pair-columns.ts'

/** Up to here all pairs are grouped at once: their values lie in the cache. */
const WHOLE_BYTES = 4 * 2 ** 20
/** A part that is larger is split once more. */
const PART_BYTES_MAX = 16 * 2 ** 20
/** Parts that were split this often are grouped as they are: a key with most of the values is in them. */
const LEVELS_MAX = 2
/** What is grouped stands in memory as it came, and once more by key. */
const COPIES = 2

/** Pairs of each source that are too many to group in memory: to be grouped by who can spill. */
export interface Ungrouped {
  readonly ungrouped: readonly Iterable<Column>[]
}

/**
 * The keys of all sources with the values that each has for them: at once where they are few, else in parts by hash that
 * are spilled if they must. Sources are read one after the other. Each key comes out once.
 *
 * @param bytes what all sources have, where it is known
 */
export function* groupSources(
  sources: readonly Iterable<Column>[],
  env: SpillEnvironment,
  bytes?: number,
): Generator<GroupedKeys | Ungrouped> {
  const grouper = new KeyGrouper(sources.length)
  try {
    yield* groupLevel(sources, grouper, env, bytes, 0)
  } finally {
    grouper.release()
  }
}

function* groupLevel(
  sources: readonly Iterable<Column>[],
  grouper: KeyGrouper,
  env: SpillEnvironment,
  bytes: number | undefined,
  level: number,
): Generator<GroupedKeys | Ungrouped> {
  const held = new HeldPairs(sources.length, env)
  let parts: readonly HashParts[] | undefined
  try {
    for (const [source, columns] of sources.entries()) {
      const iterator = columns[Symbol.iterator]()
      try {
        for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
          env.checkCancelled()
          if (parts !== undefined) addTo(parts[source]!, next.value)
          else if (held.add(source, next.value, limitOf(level))) {
            if (level === LEVELS_MAX) {
              yield { ungrouped: held.followedBy(source, iterator, sources) }
              return
            }
            parts = held.split(partCount(bytes, env), level, env)
          }
        }
      } finally {
        iterator.return?.()
      }
    }
    if (parts === undefined) yield* grouper.group(held.columns)
    else yield* groupParts(parts, grouper, env, level)
  } finally {
    for (const one of parts ?? []) one.close()
    held.close()
  }
}

function* groupParts(
  parts: readonly HashParts[],
  grouper: KeyGrouper,
  env: SpillEnvironment,
  level: number,
): Generator<GroupedKeys | Ungrouped> {
  for (let part = 0; part < parts[0]!.count; part++) {
    const sources = parts.map(one => one.columnsOf(part))
    const bytes = parts.reduce((sum, one) => sum + one.bytesIn(part), 0)
    yield* groupLevel(sources, grouper, env, bytes, level + 1)
  }
}

function limitOf(level: number): number {
  if (level === LEVELS_MAX) return Number.POSITIVE_INFINITY
  return level === 0 ? WHOLE_BYTES : PART_BYTES_MAX
}

function addTo(parts: HashParts, column: Column): void {
  const { keys, values } = pairColumns(column)
  parts.add(keys, values)
}

/** The columns of several sources in memory. */
class HeldPairs {
  readonly columns: Column[][]
  readonly #keeper: MemoryKeeper
  #bytes = 0

  constructor(sources: number, env: SpillEnvironment) {
    this.columns = Array.from({ length: sources }, () => [])
    this.#keeper = env.memory.keeper()
  }

  /** True: it holds too much now. */
  add(source: number, column: Column, bytesMax: number): boolean {
    this.columns[source]!.push(column)
    this.#bytes += columnBytes(column)
    return this.#keeper.shouldSpill(this.#bytes * COPIES) || this.#bytes > bytesMax
  }

  /** Hands everything to parts by hash. */
  split(count: number, level: number, env: SpillEnvironment): HashParts[] {
    const parts = this.columns.map(() => new HashParts(count, level, env))
    for (const [source, columns] of this.columns.entries()) {
      for (const column of columns) addTo(parts[source]!, column)
    }
    this.close()
    return parts
  }

  /** What is held, and behind it the rest of the source that is being read and all of those after it. */
  followedBy(
    source: number,
    rest: Iterator<Column>,
    sources: readonly Iterable<Column>[],
  ): Iterable<Column>[] {
    return sources.map((columns, index) => {
      const held = this.columns[index]!
      if (index < source) return held
      return index === source ? chained(held, rest) : columns
    })
  }

  close(): void {
    for (const columns of this.columns) columns.length = 0
    this.#keeper.release()
  }
}

function* chained(held: Column[], rest: Iterator<Column>): Generator<Column> {
  for (let column = held.shift(); column !== undefined; column = held.shift()) yield column
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value
}
