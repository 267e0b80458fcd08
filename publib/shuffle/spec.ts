import type { ShuffleId } from '#publib/util'
import type { Aggregator, GROUP_VALUES } from './aggregator.ts'
import type { Partitioner } from './partitioner.ts'

/** What map tasks and reduce tasks of one shuffle must know of it. */
export interface ShuffleSpec<K, V, C> {
  readonly shuffleId: ShuffleId
  readonly partitioner: Partitioner<K>
  /** Without one, records pass as they are (`C` is `V`); with GROUP_VALUES `C` is `Group<V>`. */
  readonly aggregator?: Aggregator<K, V, C> | typeof GROUP_VALUES | undefined
  /** Whether map tasks combine already. Without effect where there is nothing to combine (no aggregator, GROUP_VALUES). */
  readonly mapSideCombine: boolean
  /** Sorts each reduce partition by key; equal keys keep the order of map partitions and of records in them. */
  readonly ordering?: KeyOrdering<K> | undefined
}

/** Rising or falling, under the total order or `compare`, of the key or of what `key` makes of it. */
export interface KeyOrdering<K> {
  readonly ascending: boolean
  readonly key?: ((key: K) => unknown) | undefined
  readonly compare?: ((a: never, b: never) => number) | undefined
}

/** What a map task leaves behind: with the worker's address it becomes the MapStatus. */
export interface MapOutput {
  readonly mapPartition: number
  /** Bytes for each reduce partition. */
  readonly sizes: readonly number[]
  /** Written ones, after combining. */
  readonly records: number
  /** Equal for equal multisets of records, whatever their order and batches. */
  readonly contentHash: string
}
