import {
  type About,
  Collect,
  Count,
  type Lineage,
  MapAsync,
  MapElements,
  MapPartitions,
  NumberRange,
  placeByHash,
  reducing,
  rootOf,
  type ShuffleDependency,
  Shuffled,
  type StageWork,
} from '#publib/lineage'
import { rddId, shuffleId } from '#publib/util'

let lastId = 0

function about(operation: string, isCached = false): About {
  const callSite = { file: 'program.ts', line: 7, column: 3 }
  const id = rddId(lastId++)
  return { id, operator: operation, operation, callSite, name: undefined, isCached }
}

/** The numbers from 0 up to `count`, in so many partitions. */
export function numbers(count: number, numSlices: number): Lineage<number> {
  return new NumberRange(about('range'), { start: 0, step: 1, count, numSlices })
}

export function mapped<T, U>(parent: Lineage<T>, f: (element: T) => U): Lineage<U> {
  return new MapElements(about('map'), parent, rootOf(f, 'map()', undefined), false)
}

export function mappedPartitions<T, U>(
  parent: Lineage<T>,
  f: (records: IterableIterator<T>) => Iterable<U>,
): Lineage<U> {
  const options = { keepsKeys: false, hasIndex: false }
  const root = rootOf(f, 'mapPartitions()', undefined)
  return new MapPartitions<T, U>(about('mapPartitions'), parent, root, options)
}

export function cached<T>(lineage: Lineage<T>): Lineage<T> {
  lineage.about.isCached = true
  return lineage
}

export function mappedAsync<T, U>(parent: Lineage<T>, f: (element: T) => Promise<U>): Lineage<U> {
  const settings = {
    ...{
      concurrency: 4,
      retries: 0,
      backoffMs: 1,
      backoffMsMax: 1,
      timeoutMs: undefined,
      ordered: true,
    },
    ...{ concurrencyPerJob: undefined, ratePerSecond: undefined },
  }
  const root = rootOf(f, 'mapAsync()', undefined)
  const options = { keepsKeys: false, settings, tasksAtOnce: 1 }
  return new MapAsync<T, U>(about('mapAsync'), parent, root, options)
}

export const counted: StageWork = { kind: 'result', action: new Count() as never }

export const collected: StageWork = { kind: 'result', action: new Collect() as never }

/** Values summed by key, in so many partitions: the second stage, and the work of the first. */
export function summedByKey<K>(
  parent: Lineage<readonly [K, number]>,
  numPartitions: number,
): {
  readonly lineage: Lineage<[K, number]>
  readonly mapWork: StageWork
  readonly dependency: ShuffleDependency
} {
  const lineage = new Shuffled<K, number, number>(about('reduceByKey'), parent, {
    shuffleId: shuffleId(lastId++),
    placing: { kind: 'given', placement: placeByHash(numPartitions) },
    combining: reducing(rootOf((a: number, b: number) => a + b, 'reduceByKey()', undefined)),
    mapSideCombine: true,
  })
  const dependency = lineage.dependencies[0] as ShuffleDependency
  return { lineage, dependency, mapWork: { kind: 'shuffleMap', dependency } }
}
