import type { Batch, Column } from '#publib/columnar'
import type { Action, ComputeContext, Lineage, ShuffleDependency } from '#publib/lineage'
import type { MapOutput } from '#publib/shuffle'
import { type Chain, chainInto, chainOf } from './chain.ts'
import type { StageCode } from './stage-code.ts'
import { StageLoops } from './stage-loops.ts'
import { actionEnd } from './typed/action-ends.ts'
import { type EndState, OpenChain } from './typed/open-chain.ts'
import { toColumns, toRows } from './typed/sinks.ts'
import type { End } from './typed/typed-loop.ts'
import { plainColumn, TypedLoops } from './typed/typed-loops.ts'

/**
 * The typed loops and kernels of one stage on one executor: what comes from a source as columns stays columns as far as it
 * can. Each operator's own `compute`, and each action's `run`, stays the definition of what comes out.
 */
export class StageKernels implements StageCode {
  readonly #typed: TypedLoops
  readonly #loops: StageLoops

  /** `stage` is like no other of the executor. */
  constructor(stage: string) {
    this.#typed = new TypedLoops(stage)
    this.#loops = new StageLoops(stage)
  }

  batches<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
  ): Iterable<Batch<T>> | undefined {
    const chain = chainInto(lineage)
    if (chain.steps.length === 0) return undefined
    const end: End = { sink: toRows, way: 'pull' }
    return this.#pull(chain, end, partition, context) as Iterable<Batch<T>>
  }

  columns(
    lineage: Lineage<unknown>,
    partition: number,
    context: ComputeContext,
  ): Iterable<Column> | undefined {
    const chain = chainInto(lineage)
    if (chain.steps.length === 0) return lineage.columns(partition, context)
    const end: End = { sink: toColumns('pull', 'opaque', 'columns'), way: 'pull' }
    return this.#pull(chain, end, partition, context) as Iterable<Column>
  }

  run(
    action: Action<unknown, unknown>,
    lineage: Lineage<unknown>,
    partition: number,
    context: ComputeContext,
  ): unknown {
    const end = actionEnd(action)
    if (end !== undefined) {
      const state = end.state(context)
      this.#push(chainOf(lineage), end, state, partition, context)
      return end.result(state)
    }
    const columns = action.runColumns && context.columns(lineage, partition)
    return columns === undefined
      ? action.run(context.compute(lineage, partition), partition, context)
      : action.runColumns?.(columns, partition, context)
  }

  writeShuffle(
    dependency: ShuffleDependency,
    partition: number,
    context: ComputeContext,
  ): MapOutput {
    return this.#loops.writeShuffle(dependency, partition, context)
  }

  #push(
    chain: Chain,
    { sink }: Pick<End, 'sink'>,
    state: EndState,
    partition: number,
    context: ComputeContext,
  ): void {
    const open = new OpenChain(this.#typed, chain, { sink, way: 'push' }, state, partition, context)
    for (const column of inputOf(chain.source, partition, context)) open.push(column)
  }

  *#pull(chain: Chain, end: End, partition: number, context: ComputeContext): Generator<unknown> {
    const open = new OpenChain(this.#typed, chain, end, {}, partition, context)
    for (const column of inputOf(chain.source, partition, context)) yield* open.pull(column)
  }
}

/** The records of what a chain reads, as columns: plain ones where it has no others. */
function* inputOf(
  source: Lineage<unknown>,
  partition: number,
  context: ComputeContext,
): Generator<Column> {
  const columns = context.columns(source, partition)
  if (columns !== undefined) yield* columns
  else for (const batch of context.compute(source, partition)) yield plainColumn(batch)
}
