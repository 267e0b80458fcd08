import type { Batch } from '#publib/columnar'
import { AsyncCalls, type AsyncLimits } from '../async-calls.ts'
import { AsyncLineage } from '../async-lineage.ts'
import type { AsyncComputeContext } from '../compute-context.ts'
import { tooManyTasks } from '../errors.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import type { Preparation } from '../preparation.ts'
import { batchesOf, EMIT_RECORDS, Records } from '../records.ts'
import { iterableOf } from '../results.ts'
import type { Root } from '../root.ts'

export type AsyncFunction<T, U> = (element: T, signal: AbortSignal) => U | PromiseLike<U>
export type RetryIf = (error: unknown) => boolean

/** How calls are made; counts and times of AsyncOptions with their defaults filled in. */
export interface AsyncSettings extends AsyncLimits {
  readonly concurrencyPerJob: number | undefined
  readonly ratePerSecond: number | undefined
}

/** What comes of a result: itself, the elements that it iterates (waiting or not), or nothing. */
export type AsyncGiving = 'one' | 'many' | 'nothing'

/** Elements for each, by a function that waits; calls overlap. */
export class MapAsync<T, out U> extends AsyncLineage<T, U> {
  static readonly tag = 'mapAsync'
  override readonly tag = MapAsync.tag
  readonly f: Root<AsyncFunction<T, U>>
  readonly retryIf: Root<RetryIf> | undefined
  readonly settings: AsyncSettings
  readonly gives: AsyncGiving
  /** Tasks of the stage that may run at once: limits of the job are shared out among them. */
  #tasksAtOnce: number | undefined

  constructor(
    about: About,
    parent: Lineage<T>,
    f: Root<AsyncFunction<T, U>>,
    options: {
      readonly keepsKeys: boolean
      readonly settings: AsyncSettings
      readonly gives?: AsyncGiving
      readonly retryIf?: Root<RetryIf> | undefined
      readonly tasksAtOnce?: number | undefined
    },
  ) {
    super(about, parent, options.keepsKeys)
    this.f = f
    this.retryIf = options.retryIf
    this.settings = options.settings
    this.gives = options.gives ?? 'one'
    this.#tasksAtOnce = options.tasksAtOnce
  }

  static decode(parts: Parts): MapAsync<unknown, unknown> {
    return new MapAsync(parts.about, onlyParent(parts), rootAt(parts, 0), {
      keepsKeys: parts.fields['keepsKeys'] === true,
      settings: parts.fields['settings'] as AsyncSettings,
      gives: parts.fields['gives'] as AsyncGiving,
      retryIf: parts.roots.length > 1 ? rootAt<RetryIf>(parts, 1) : undefined,
      tasksAtOnce: parts.fields['tasksAtOnce'] as number,
    })
  }

  protected override isSettled(): boolean {
    return this.#tasksAtOnce !== undefined
  }

  override async prepare(preparation: Preparation): Promise<void> {
    const tasks = Math.max(1, this.numPartitions)
    const tasksAtOnce = Math.min(tasks, preparation.tasksAtOnceMax ?? tasks)
    const { concurrencyPerJob } = this.settings
    if (concurrencyPerJob !== undefined && concurrencyPerJob < tasksAtOnce) {
      throw tooManyTasks(concurrencyPerJob, tasksAtOnce, this.f)
    }
    this.#tasksAtOnce = tasksAtOnce
  }

  override async *computeAsync(
    partition: number,
    context: AsyncComputeContext,
  ): AsyncGenerator<Batch<U>> {
    const f = context.root(this.f)
    const retryIf = this.retryIf === undefined ? () => true : context.root(this.retryIf)
    const records = new Records(context.compute(this.parent, partition))
    const calls = new AsyncCalls(f, records, this.#limits(), { context, retryIf, root: this.f })
    let out: U[] = []
    try {
      for await (const result of calls.results()) {
        if (this.gives === 'one') out.push(result)
        else if (this.gives === 'many')
          for await (const value of this.#iterated(result)) out.push(value)
        if (out.length < EMIT_RECORDS) continue
        yield* batchesOf(out)
        out = []
      }
      yield* batchesOf(out)
    } finally {
      calls.abort()
      records.return()
    }
  }

  /** @throws NOT_ITERABLE */
  #iterated(result: unknown): Iterable<U> | AsyncIterable<U> {
    const waits = typeof result === 'object' && result !== null && Symbol.asyncIterator in result
    return waits ? (result as AsyncIterable<U>) : iterableOf<U>(result, this.f)
  }

  override fields(): Fields {
    const { keepsKeys, settings, gives } = this
    return { keepsKeys, settings, gives, tasksAtOnce: this.#tasksAtOnce }
  }

  override roots(): readonly Root[] {
    return this.retryIf === undefined ? [this.f] : [this.f, this.retryIf]
  }

  /** This task's share of the limits. */
  #limits(): AsyncLimits & { readonly intervalMs: number } {
    const { settings } = this
    const tasks = this.#tasksAtOnce ?? 1
    const share = Math.floor((settings.concurrencyPerJob ?? Number.POSITIVE_INFINITY) / tasks)
    const intervalMs =
      settings.ratePerSecond === undefined ? 0 : (1000 * tasks) / settings.ratePerSecond
    return { ...settings, concurrency: Math.min(settings.concurrency, share), intervalMs }
  }
}
