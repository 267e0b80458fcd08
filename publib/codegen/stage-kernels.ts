import type { Batch, Column } from '#publib/columnar'
import { kernelScope } from '#publib/kernels'
import type { Action, ComputeContext, Lineage, Sampler, ShuffleDependency } from '#publib/lineage'
import { columnsOrRows, combiningOf } from '#publib/lineage/tasks'
import {
  type Accumulators,
  type Aggregator,
  type MapOutput,
  writeMapOutputColumns,
} from '#publib/shuffle'
import { accumulatorsOf } from './accumulators/accumulators-of.ts'
import { type Chain, chainInto, chainOf } from './chain.ts'
import type { MapPart, StageCode } from './stage-code.ts'
import { actionEnd } from './typed/action-ends.ts'
import { type EndState, OpenChain, type TakeColumns } from './typed/open-chain.ts'
import { SampleTaker } from './typed/sample-chain.ts'
import { toColumns, toPairs, toRows } from './typed/sinks.ts'
import type { End } from './typed/typed-loop.ts'
import { TypedLoops } from './typed/typed-loops.ts'

/**
 * The typed loops and kernels of one stage on one executor: what comes from a source as columns stays columns as far as it
 * can. Each operator's own `compute`, and each action's `run`, stays the definition of what comes out.
 */
export class StageKernels implements StageCode {
  readonly #typed: TypedLoops

  /** `stage` is like no other of the executor. */
  constructor(stage: string) {
    this.#typed = new TypedLoops(stage)
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
    const chain = chainOf(lineage)
    if (chain.steps.length === 0 && action.runColumns !== undefined) {
      // Nothing to generate a loop for: compiling one costs more than counting what is there.
      const columns = context.columns(lineage, partition)
      if (columns !== undefined) return action.runColumns(columns, partition, context)
    }
    const end = actionEnd(action)
    if (end !== undefined) {
      const state = end.state(context)
      this.#push(chain, end, state, partition, context)
      return end.result(state)
    }
    const sampler = action.sampler?.(partition, context)
    if (sampler !== undefined) return this.#sample(sampler, chain, partition, context)
    const columns = action.runColumns && context.columns(lineage, partition)
    return columns === undefined
      ? action.run(context.compute(lineage, partition), partition, context)
      : action.runColumns?.(columns, partition, context)
  }

  writeShuffle(
    dependency: ShuffleDependency,
    mapPartition: number,
    parts: Iterable<MapPart>,
    context: ComputeContext,
  ): MapOutput {
    const { spec } = dependency
    const accumulators = this.accumulators(dependency)
    // Accumulators look at plain values themselves.
    const sink = toPairs(spec.mapSideCombine ? 'opaque' : 'detected')
    return writeMapOutputColumns(spec, accumulators, mapPartition, context.environment, taker => {
      const take = (keys: Column, values: Column): void => taker.take(keys, values)
      const state = { take: take as TakeColumns }
      for (const { dependency: own, partition } of parts) {
        this.#push(chainOf(own.parent), { sink }, state, partition, context)
        taker.endPartition()
      }
    })
  }

  accumulators(dependency: ShuffleDependency): (() => Accumulators) | undefined {
    const { aggregator } = dependency.spec
    if (typeof aggregator !== 'object') return undefined
    return accumulatorsOf(combiningOf(dependency), aggregator as Aggregator<never, never, unknown>)
  }

  #sample(
    sampler: Sampler<unknown>,
    chain: Chain,
    partition: number,
    context: ComputeContext,
  ): unknown {
    const taker = new SampleTaker(sampler)
    const end: End = { sink: toColumns('push', 'detected', 'sample'), way: 'push' }
    const state: EndState = { take: column => taker.take(column!) }
    const open = new OpenChain(this.#typed, chain, end, state, partition, context)
    for (const column of columnsOrRows(chain.source, partition, context)) taker.send(column, open)
    return sampler.result()
  }

  #push(
    chain: Chain,
    { sink }: Pick<End, 'sink'>,
    state: EndState,
    partition: number,
    context: ComputeContext,
  ): void {
    const open = new OpenChain(this.#typed, chain, { sink, way: 'push' }, state, partition, context)
    for (const column of columnsOrRows(chain.source, partition, context)) {
      // What kernels make of one column ends with it.
      kernelScope(() => open.push(column))
    }
  }

  *#pull(chain: Chain, end: End, partition: number, context: ComputeContext): Generator<unknown> {
    const open = new OpenChain(this.#typed, chain, end, {}, partition, context)
    for (const column of columnsOrRows(chain.source, partition, context)) yield* open.pull(column)
  }
}
