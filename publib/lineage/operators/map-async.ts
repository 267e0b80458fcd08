import type { Batch } from '#publib/columnar'
import { AsyncCalls, type AsyncLimits } from '../async-calls.ts'
import { AsyncLineage } from '../async-lineage.ts'
import type { AsyncComputeContext } from '../compute-context.ts'
import { tooManyTasks } from '../errors.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { onlyParent, type Parts, rootAt } from '../operator.ts'
import type { Preparation } from '../preparation.ts'
import { EMIT_RECORDS, Records } from '../records.ts'
import type { Root } from '../root.ts'

export type AsyncFunction<T, U> = (element: T, signal: AbortSignal) => U | PromiseLike<U>
export type RetryIf = (error: unknown) => boolean

/** How calls are made; counts and times of AsyncOptions with their defaults filled in. */
export interface AsyncSettings extends AsyncLimits {
  readonly concurrencyPerJob: number | undefined
  readonly ratePerSecond: number | undefined
}

/** One element for each, by a function that waits; calls overlap. */
export class MapAsync<T, out U> extends AsyncLineage<T, U> {
  static readonly tag = 'mapAsync'
  override readonly tag = MapAsync.tag
  readonly f: Root<AsyncFunction<T, U>>
  readonly retryIf: Root<RetryIf> | undefined
  readonly settings: AsyncSettings
  /** Tasks of the stage that may run at once: limits of the job are shared out among them. */
  #tasksAtOnce: number | undefined

  constructor(
    about: About,
    parent: Lineage<T>,
    f: Root<AsyncFunction<T, U>>,
    options: {
      readonly keepsKeys: boolean
      readonly settings: AsyncSettings
      readonly retryIf?: Root<RetryIf> | undefined
      readonly tasksAtOnce?: number | undefined
    },
  ) {
    super(about, parent, options.keepsKeys)
    this.f = f
    this.retryIf = options.retryIf
    this.settings = options.settings
    this.#tasksAtOnce = options.tasksAtOnce
  }

  static decode(parts: Parts): MapAsync<unknown, unknown> {
    return new MapAsync(parts.about, onlyParent(parts), rootAt(parts, 0), {
      keepsKeys: parts.fields['keepsKeys'] === true,
      settings: parts.fields['settings'] as AsyncSettings,
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
      for await (const value of calls.results()) {
        if (out.push(value) < EMIT_RECORDS) continue
        yield out
        out = []
      }
      if (out.length > 0) yield out
    } finally {
      calls.abort()
      records.return()
    }
  }

  override fields(): Fields {
    const { keepsKeys, settings } = this
    return { keepsKeys, settings, tasksAtOnce: this.#tasksAtOnce }
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
