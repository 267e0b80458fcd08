import type { Batch, Column } from '#publib/columnar'
import type { Action, ComputeContext, Lineage, ShuffleDependency } from '#publib/lineage'
import type { Accumulators, MapOutput } from '#publib/shuffle'
import type { CodegenMode } from './mode.ts'
import { StageKernels } from './stage-kernels.ts'
import { StageLoops } from './stage-loops.ts'

/** One partition of those that a map task gives to a shuffle, with functions of its own. */
export interface MapPart {
  readonly dependency: ShuffleDependency
  /** Of the dependency's parent. */
  readonly partition: number
}

/** How the operators of one stage run on one executor, where they do not run by their own definitions. */
export interface StageCode {
  /** The records of an operator, computed anew; undefined for one that has no loop. */
  batches<T>(
    lineage: Lineage<T>,
    partition: number,
    context: ComputeContext,
  ): Iterable<Batch<T>> | undefined
  /** The same as columns, each valid until the next is asked for; undefined where there are only rows. */
  columns(
    lineage: Lineage<unknown>,
    partition: number,
    context: ComputeContext,
  ): Iterable<Column> | undefined
  /** The action's result for one partition. */
  run(
    action: Action<unknown, unknown>,
    lineage: Lineage<unknown>,
    partition: number,
    context: ComputeContext,
  ): unknown
  /** Writes what one map task gives to a shuffle. Parts are asked for when those before them are done. */
  writeShuffle(
    dependency: ShuffleDependency,
    mapPartition: number,
    parts: Iterable<MapPart>,
    context: ComputeContext,
  ): MapOutput
  /** What combines the values of keys faster than the aggregator's functions, called one by one, do. */
  accumulators(dependency: ShuffleDependency): (() => Accumulators) | undefined
}

/** The code of a stage; `stage` is like no other of the executor. Undefined: by definition. */
export function stageCode(mode: CodegenMode, stage: string): StageCode | undefined {
  switch (mode) {
    case 'plain':
      return undefined
    case 'loops':
      return new StageLoops(stage)
    case 'kernels':
      return new StageKernels(stage)
  }
}
