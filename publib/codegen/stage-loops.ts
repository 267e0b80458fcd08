import type { Batch } from '#publib/columnar'
import type { Action, ComputeContext, Lineage, Root, ShuffleDependency } from '#publib/lineage'
import { combiningOf } from '#publib/lineage/tasks'
import { type MapOutput, writeMapOutputBy } from '#publib/shuffle'
import { actionSink } from './action-sinks.ts'
import { type Chain, chainInto, chainOf } from './chain.ts'
import { CompiledLoops, type Loop } from './compiled-loops.ts'
import { LoopHelpers } from './loop-helpers.ts'
import { rootsOf } from './loop-text.ts'
import { asBatch, asBatches } from './pull-sinks.ts'
import { toCombiner, toWriter } from './shuffle-sinks.ts'
import type { Sink } from './sink.ts'
import type { MapPart, StageCode } from './stage-code.ts'

/**
 * The generated loops of one stage on one executor: the chain of operators between a source and what takes its records
 * becomes one function. Each operator's own `compute`, and each action's `run`, stays the definition of what comes out.
 */
export class StageLoops implements StageCode {
  readonly #loops: CompiledLoops

  /** `stage` is like no other of the executor. */
  constructor(stage: string) {
    this.#loops = new CompiledLoops(stage)
  }

  /** The records of an operator, computed anew; undefined for one that has no loop. */
  batches<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
  ): Iterable<Batch<T>> | undefined {
    const chain = chainInto(lineage)
    if (chain.steps.length === 0) return undefined
    return this.#pull(chain, partition, context) as Iterable<Batch<T>>
  }

  /** Loops over rows know nothing of columns. */
  columns(): undefined {
    return undefined
  }

  /** The action's result for one partition. */
  run(
    action: Action<unknown, unknown>,
    lineage: Lineage<unknown>,
    partition: number,
    context: ComputeContext,
  ): unknown {
    const chain = chainOf(lineage)
    const sink = chain.steps.length === 0 ? undefined : actionSink(action)
    if (sink === undefined) {
      return action.run(context.compute(lineage, partition), partition, context)
    }
    const state = sink.state(context)
    this.#push(chain, sink, state, partition, context)
    return sink.result(state)
  }

  /** Writes what one map task gives to a shuffle. */
  writeShuffle(
    dependency: ShuffleDependency,
    mapPartition: number,
    parts: Iterable<MapPart>,
    context: ComputeContext,
  ): MapOutput {
    return writeMapOutputBy(dependency.spec, mapPartition, context.environment, {
      combine: combiner => {
        for (const { dependency: own, partition } of parts) {
          const sink = toCombiner(combiningOf(own))
          this.#push(chainOf(own.parent), sink, combiner, partition, context)
          combiner.endPartition()
        }
      },
      write: writer => {
        for (const { dependency: own, partition } of parts) {
          this.#push(chainOf(own.parent), toWriter, writer, partition, context)
        }
      },
    })
  }

  accumulators(): undefined {
    return undefined
  }

  /** All that comes from the source goes to the sink. */
  #push(
    chain: Chain,
    sink: Sink,
    gathered: unknown,
    partition: number,
    context: ComputeContext,
  ): void {
    const loop = new OpenLoop(this.#loops.loopOf(chain, sink), chain, sink, partition, context)
    for (const batch of context.compute(chain.source, partition)) loop.push(batch, gathered)
  }

  *#pull(chain: Chain, partition: number, context: ComputeContext): Generator<Batch<unknown>> {
    const sink = chain.steps.some(step => step.multiplies) ? asBatches : asBatch
    const loop = new OpenLoop(this.#loops.loopOf(chain, sink), chain, sink, partition, context)
    const batches = context.compute(chain.source, partition)
    if (sink === asBatch) yield* loop.oneForOne(batches)
    else yield* loop.manyForOne(batches)
  }
}

/** A loop with all that one partition of one task brings to it. */
class OpenLoop {
  readonly #loop: Loop
  readonly #functions: readonly unknown[]
  readonly #roots: readonly Root[]
  readonly #states: readonly unknown[]
  readonly #helpers: LoopHelpers

  constructor(loop: Loop, chain: Chain, sink: Sink, partition: number, context: ComputeContext) {
    this.#loop = loop
    this.#roots = rootsOf(chain.steps, sink)
    this.#functions = this.#roots.map(root => context.root(root))
    this.#states = chain.steps.map(step => step.state?.(partition))
    this.#helpers = new LoopHelpers(context)
  }

  push(batch: Batch<unknown>, gathered: unknown): void {
    this.#call(batch, gathered)
  }

  *oneForOne(batches: Iterable<Batch<unknown>>): Generator<Batch<unknown>> {
    for (const batch of batches) {
      const out = this.#call(batch, undefined) as Batch<unknown>
      if (out.length > 0) yield out
    }
  }

  *manyForOne(batches: Iterable<Batch<unknown>>): Generator<Batch<unknown>> {
    const gathered: { out: unknown[] } = { out: [] }
    for (const batch of batches) {
      let hasFailed = false
      try {
        yield* this.#call(batch, gathered) as Generator<Batch<unknown>>
      } catch (error) {
        hasFailed = true
        throw error
      } finally {
        // What was left early is let go of.
        this.#helpers.close(hasFailed)
      }
    }
    if (gathered.out.length > 0) yield gathered.out
  }

  #call(batch: Batch<unknown>, gathered: unknown): unknown {
    try {
      return this.#loop(batch, this.#functions, this.#roots, this.#states, this.#helpers, gathered)
    } catch (error) {
      this.#helpers.close(true)
      throw error
    }
  }
}
