import type { RDD } from './rdd.ts'

/** A value that is there. The tuple in it makes TypeScript infer `[k, v]` as a pair where it would infer an array. */
// biome-ignore lint/complexity/noBannedTypes: `{}` is exactly "not null and not undefined"
export type Defined = [unknown, unknown] | {}
/** Any value: the constraint of what a function returns. */
export type Value = Defined | null | undefined
/** An element with a key and a value: what the pair operations work on. */
export type Pair<K, V> = [K, V]
export type PairRDD<K, V> = RDD<Pair<K, V>>
/** `ElementOf<RDD<string>>` is `string`. */
export type ElementOf<R> = R extends RDD<infer T> ? T : never

/** The values of one key; on disk where there are many, and iterable any number of times. */
export interface Group<out V> extends Iterable<V> {
  readonly size: number
  /** All values in memory. */
  toArray(): V[]
}

/** What elements are compared by, under the total order. */
export type KeyFunction<in T> = (element: T) => unknown
/** What a condition may give: what is true or false by habit, but no promise. */
export type Truth =
  | boolean
  | number
  | bigint
  | string
  | symbol
  | null
  | undefined
  | readonly unknown[]
/** Negative where `a` comes first, positive where `b` does, 0 where they are equal in order. */
export type Compare<in T> = (a: T, b: T) => number
/** Places a key: any integer, taken modulo the number of partitions. Equal keys must give the same, always. */
export type PartitionFunction<in K> = (key: K) => number
/** A function that may wait. Its signal aborts when the call times out or the job is cancelled. */
export type AsyncFunction<in T, out U> = (element: T, signal: AbortSignal) => U | PromiseLike<U>
/** The elements of a partition, read lazily and once. */
export type Records<T> = IterableIterator<T>
/** Any function; its type is erased on purpose. */
export type AnyFunction = (...args: never[]) => unknown

export type PairRDDs<K, Ws extends readonly unknown[]> = { [I in keyof Ws]: PairRDD<K, Ws[I]> }
export type Groups<Ws extends readonly unknown[]> = { [I in keyof Ws]: Group<Ws[I]> }
export type Partitions<Ts extends readonly unknown[]> = { [I in keyof Ts]: Records<Ts[I]> }
/** A fraction for each key, 0 where it is missing; an object will do for keys that are strings. */
export type Fractions<K> =
  | ReadonlyMap<NoInfer<K>, number>
  | (K extends string ? Readonly<Record<string, number>> : never)
export interface Partition {
  readonly index: number
}
/** Narrow: a known few partitions of the parent. Shuffle: all of them, regrouped by key. */
export interface Dependency {
  readonly kind: 'narrow' | 'shuffle'
  readonly rdd: RDD<unknown>
}

/** Travels once a stage, and makes an evaluator for each task. */
export interface PartitionEvaluatorFactory<Ts extends readonly unknown[], U> {
  createEvaluator(): { eval(index: number, ...partitions: Partitions<Ts>): Iterable<U> }
}
