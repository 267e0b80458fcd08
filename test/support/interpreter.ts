import type { Batch } from '#publib/columnar'
import { ArrayGroup } from '#publib/columnar'
import {
  type Action,
  type AsyncComputeContext,
  asyncOperators,
  collectPartitionData,
  decodeStage,
  encodeStage,
  type Lineage,
  type ShuffleDependency,
  type StageInstance,
  type StageWork,
  standing,
} from '#publib/lineage'
import { MemoryBudget } from '#publib/memory'
import { GROUP_VALUES, type ShuffleEnvironment } from '#publib/shuffle'
import { emptyMetrics } from '#publib/task'
import {
  compareValues,
  jobId,
  KeyedMap,
  SeededRandom,
  SimSparkError,
  stageId,
  taskId,
  workerId,
} from '#publib/util'

type Pairs = readonly (readonly [unknown, unknown])[]

/**
 * Says what a lineage means: computes all its partitions one after another in this process, shuffles by the plain definition.
 * The simulator and the differential tests compare everything else with it.
 */
export class Interpreter {
  /** Sends every stage through its encoding, as a cluster does. */
  readonly ships: boolean
  readonly #shuffles = new Map<number, Promise<readonly Pairs[]>>()
  readonly #cache = new Map<string, readonly Batch<unknown>[]>()
  /** How many stages ran: skipped ones do not count. */
  stageCount = 0

  constructor(options: { readonly ships?: boolean } = {}) {
    this.ships = options.ships ?? false
  }

  /** The result of the action for each of the partitions. */
  async run<T, R>(
    lineage: Lineage<T>,
    action: Action<T, R>,
    partitions: readonly number[] = range(lineage.numPartitions),
  ): Promise<R[]> {
    const work: StageWork = { kind: 'result', action: action as Action<unknown, unknown> }
    return this.#stage(lineage, work, partitions, (stage, records, partition, context) => {
      if (stage.work.kind !== 'result') throw new TypeError('no result stage')
      return stage.work.action.run(records, partition, context) as R
    })
  }

  async #stage<R>(
    lineage: Lineage<unknown>,
    work: StageWork,
    partitions: readonly number[],
    task: (
      stage: StageInstance,
      records: Iterable<Batch<unknown>>,
      partition: number,
      context: TaskOfInterpreter,
    ) => R,
  ): Promise<R[]> {
    const shuffles = new Map<number, readonly Pairs[]>()
    for (const dependency of shufflesOf(lineage)) {
      shuffles.set(dependency.shuffleId, await this.#mapOutputs(dependency))
    }
    this.stageCount++
    const encoded = this.ships ? encodeStage(lineage, work) : undefined
    const decoded = encoded && (await decodeStage(encoded.bytes))
    const results: R[] = []
    for (const partition of partitions) {
      const stage = decoded?.instantiate() ?? { lineage, work }
      const context = new TaskOfInterpreter(
        { lineage, partition, firstId: encoded?.firstId ?? 0 },
        shuffles,
        this.#cache,
      )
      for (const part of asyncOperators(stage.lineage, partition)) await context.await(part)
      results.push(task(stage, context.compute(stage.lineage, partition), partition, context))
    }
    return results
  }

  /** Every map partition's records, combined where the map side combines. */
  #mapOutputs(dependency: ShuffleDependency): Promise<readonly Pairs[]> {
    const known = this.#shuffles.get(dependency.shuffleId)
    if (known !== undefined) return known
    const { parent } = dependency
    const work: StageWork = { kind: 'shuffleMap', dependency }
    const outputs = this.#stage(parent, work, range(parent.numPartitions), (stage, records) => {
      if (stage.work.kind !== 'shuffleMap') throw new TypeError('no map stage')
      const { spec } = stage.work.dependency
      const pairs = [...records].flat() as Pairs
      return spec.mapSideCombine ? combine(pairs, spec.aggregator, 'values') : pairs
    })
    this.#shuffles.set(dependency.shuffleId, outputs)
    return outputs
  }
}

class TaskOfInterpreter implements AsyncComputeContext {
  readonly metrics = emptyMetrics()
  readonly environment = environment()
  readonly signal = new AbortController().signal
  readonly random = new SeededRandom(1)
  readonly task
  readonly #firstId: number
  readonly #sources
  readonly #shuffles: ReadonlyMap<number, readonly Pairs[]>
  readonly #cache: Map<string, readonly Batch<unknown>[]>
  readonly #awaited = new Map<string, Batch<unknown>[]>()

  constructor(
    {
      lineage,
      partition,
      firstId,
    }: { lineage: Lineage<unknown>; partition: number; firstId: number },
    shuffles: ReadonlyMap<number, readonly Pairs[]>,
    cache: Map<string, readonly Batch<unknown>[]>,
  ) {
    const ids = { taskId: taskId(0), stageId: stageId(0), jobId: jobId(0) }
    this.task = { ...ids, stageAttempt: 0, partition, attempt: 0 }
    this.#firstId = firstId
    this.#sources = collectPartitionData(lineage, partition)
    this.#shuffles = shuffles
    this.#cache = cache
  }

  get clock(): AsyncComputeContext['clock'] {
    return realClock
  }

  *compute<T>(asked: Lineage<T>, partition: number): Iterable<Batch<T>> {
    const parent = standing(asked)
    if (!parent.about.isCached) {
      yield* parent.compute(partition, this)
      return
    }
    const key = `${parent.id}/${partition}`
    const kept = this.#cache.get(key) ?? [...parent.compute(partition, this)]
    this.#cache.set(key, kept)
    yield* kept as readonly Batch<T>[]
  }

  columns(): undefined {
    return undefined
  }

  root<F>(root: { readonly value: F }): F {
    return root.value
  }

  partitionData(source: Lineage<unknown>, partition: number) {
    const found = this.#sources.find(
      ({ source: other, partition: own }) =>
        other.id - this.#firstId === source.id && own === partition,
    )
    if (found === undefined) throw new TypeError(`no data for ${source.id}/${partition}`)
    return found.data
  }

  *readShuffle<T>({ spec, shuffleId }: ShuffleDependency, reduced: number): Iterable<Batch<T>> {
    const pairs = (this.#shuffles.get(shuffleId) ?? [])
      .flat()
      .filter(([key]) => spec.partitioner.getPartition(key) === reduced)
    const combined = combine(pairs, spec.aggregator, spec.mapSideCombine ? 'combiners' : 'values')
    if (spec.ordering === undefined) {
      yield combined as Batch<T>
      return
    }
    const { ascending, key = (k: unknown) => k, compare = compareValues } = spec.ordering
    const order = compare as (a: unknown, b: unknown) => number
    const sign = ascending ? 1 : -1
    yield [...combined].sort(
      (a, b) => sign * order(key(a[0]), key(b[0])),
    ) as readonly unknown[] as Batch<T>
  }

  readShuffleColumns(): Iterable<never> {
    throw new TypeError('there are no columns')
  }

  asyncResults<T>(operator: Lineage<T>, partition: number): Iterable<Batch<T>> {
    return (this.#awaited.get(`${operator.id}/${partition}`) ?? []) as Batch<T>[]
  }

  async await({ operator, partition }: ReturnType<typeof asyncOperators>[number]): Promise<void> {
    const batches: Batch<unknown>[] = []
    for await (const batch of operator.computeAsync(partition, this)) batches.push(batch)
    this.#awaited.set(`${operator.id}/${partition}`, batches)
  }

  checkCancelled(): void {}
}

/** One combiner a key, in the order of their first coming. */
function combine(
  pairs: Pairs,
  aggregator: ShuffleDependency['spec']['aggregator'],
  input: 'values' | 'combiners',
): Pairs {
  if (aggregator === undefined) return pairs
  const combiners = new KeyedMap<unknown, unknown>()
  for (const [key, value] of pairs) {
    const held = combiners.get(key)
    const isNew = !combiners.has(key)
    if (aggregator === GROUP_VALUES) {
      const values = input === 'combiners' ? [...(value as Iterable<unknown>)] : [value]
      combiners.set(key, new ArrayGroup([...((held as Iterable<unknown>) ?? []), ...values]))
    } else if (isNew) {
      combiners.set(key, input === 'values' ? aggregator.createCombiner(value, key) : value)
    } else {
      const { mergeValue, mergeCombiners } = aggregator
      combiners.set(key, (input === 'values' ? mergeValue : mergeCombiners)(held, value, key))
    }
  }
  return [...combiners]
}

/** The shuffles that the stage of a lineage reads. */
function shufflesOf(top: Lineage<unknown>): readonly ShuffleDependency[] {
  const found = new Map<number, ShuffleDependency>()
  const open = [top]
  for (let lineage = open.pop(); lineage !== undefined; lineage = open.pop()) {
    for (const dependency of lineage.dependencies) {
      if (dependency.kind === 'shuffle') found.set(dependency.shuffleId, dependency)
      else open.push(dependency.parent)
    }
  }
  return [...found.values()]
}

const realClock: AsyncComputeContext['clock'] = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  every: (periodMs, call) => {
    const timer = setInterval(call, periodMs)
    return { cancel: () => clearInterval(timer) }
  },
}

/** Memory without end, and no file: nothing spills here. */
function environment(): ShuffleEnvironment {
  const memory = new MemoryBudget({ limitBytes: Number.MAX_SAFE_INTEGER, heapFullness: () => 0 })
  const refuse = (): never => {
    throw new SimSparkError('INTERNAL', 'the interpreter has no files')
  }
  const files = new Proxy({} as ShuffleEnvironment['files'], { get: () => refuse })
  return {
    files,
    memory,
    spillFolder: '/nowhere',
    shuffleFolder: '/nowhere',
    localWorkerId: workerId('interpreter'),
    taskId: taskId(0),
    metrics: emptyMetrics(),
    fetch: refuse,
    checkCancelled: () => {},
  }
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
