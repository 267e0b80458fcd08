/**
 * How the values of one key become one combiner. All three may change and return their first argument.
 *
 * @example
 * const sum: Aggregator<string, number, number> =
 *   { createCombiner: v => v, mergeValue: (c, v) => c + v, mergeCombiners: (a, b) => a + b }
 */
export interface Aggregator<K, V, C> {
  readonly createCombiner: (value: V, key: K) => C
  readonly mergeValue: (combiner: C, value: V, key: K) => C
  readonly mergeCombiners: (a: C, b: C, key: K) => C
}

/**
 * The createCombiner of an aggregator whose combiners are values themselves. It is known by its identity: where nothing is
 * combined, values pass as they are.
 */
export const valueAsCombiner = <V>(value: V): V => value

/** What merges values where the first one stays. It is known by its identity, too. */
export const keepFirst = <C>(combiner: C): C => combiner

/** Whether values join what was combined for other partitions just as they join what was combined for their own. */
export function joinsPartitions({
  createCombiner,
  mergeValue,
  mergeCombiners,
}: Aggregator<never, never, unknown>): boolean {
  return createCombiner === valueAsCombiner && mergeValue === (mergeCombiners as unknown)
}

/** Gathers the values of a key in a Group (`groupByKey`): on disk where there are many. Only the reader knows how, so it is a tag. */
export const GROUP_VALUES = 'groupValues'
