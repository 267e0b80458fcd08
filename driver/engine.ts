import type { Clock, Files } from '#publib/env'
import type { Broadcast, MergingAccumulator } from '#publib/execution'
import type { CachedBytes, SparkListener, StatusStore } from '#publib/status'
import type { BroadcastId, RddId, ShuffleId } from '#publib/util'
import type { AddedFiles } from './added-files.ts'
import type { Application } from './backend/backend.ts'
import type { StatusTracker } from './listener/status-tracker.ts'
import type { JobRunner } from './scheduler/job.ts'
import type { PoolInfo } from './scheduler/pools.ts'
import type { Allocator } from './scheduler/shell-allocation.ts'

/** The machinery below a context: scheduler, backend, listeners. A context starts one and stops it. */
export interface Engine {
  readonly application: Application
  /** When it stood ready: milliseconds since 1970. */
  readonly startTime: number
  readonly runner: JobRunner
  readonly files: Files
  /** What the program gives its executors. */
  readonly addedFiles: AddedFiles
  readonly clock: Clock
  readonly statusTracker: StatusTracker
  readonly status: StatusStore
  /** Asks for executors and gives them back; undefined: there are as many as there will ever be. */
  readonly allocator: Pick<Allocator, 'requestTotal' | 'requestMore' | 'release'> | undefined
  /** Fair pools; none in FIFO mode. */
  readonly pools: readonly PoolInfo[]
  /** Tasks' updates are merged into it from now on. */
  addAccumulator(accumulator: MergingAccumulator): void
  /** Tasks may name it from now on. */
  addBroadcast(broadcast: Broadcast<unknown>): void
  /** Executors let go of their copies. */
  dropBroadcast(id: BroadcastId): Promise<void>
  /** What of cached RDDs is kept. */
  cachedBytes(): readonly CachedBytes[]
  /** Executors let go of the cached partitions; resolves when they have. */
  unpersist(rddId: RddId): Promise<void>
  /** Their files go, once no job reads them; resolves when hosts have done what they can do at once. */
  dropShuffles(shuffleIds: readonly ShuffleId[]): Promise<void>
  addListener(listener: SparkListener): void
  removeListener(listener: SparkListener): void
  /** Whether a listener is being called: none may stop the context. */
  readonly isInListener: boolean
  /** Ends jobs with CONTEXT_STOPPED, says goodbye everywhere, deletes what was temporary. Idempotent. */
  stop(exitCode: number | undefined): Promise<void>
}
