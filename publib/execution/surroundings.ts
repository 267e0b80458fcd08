import type { BlockLocation, BlockRange } from '#publib/blocks'
import type { Clock, Random, SyncFiles } from '#publib/env'
import type { MemoryBudget } from '#publib/memory'
import type { FromExecutorThread, RoomAnswer, RoomRequest } from '#publib/protocol'
import type { FetchedPart } from '#publib/shuffle'
import type { CacheBudget } from '#publib/storage'
import type { ExecutorId } from '#publib/util'
import type { ControlBlock } from './control-block.ts'
import type { LiveStages } from './live-stages.ts'
import type { ThreadUsage } from './thread-usage.ts'

/** What an executor finds around it: its host, and the part of the machine that it may use. */
export interface Surroundings {
  readonly executorId: ExecutorId
  readonly clock: Clock
  readonly random: Random
  readonly files: SyncFiles
  readonly memory: MemoryBudget
  readonly control: ControlBlock
  readonly cacheBudget: CacheBudget
  /** `shuffle/` of the application on this worker: finished map output. */
  readonly shuffleFolder: string
  /** `spill/` of the application on this worker. */
  readonly spillFolder: string
  /** Where others read what is written here. */
  readonly location: BlockLocation
  /** Stages of the driver's own thread; undefined in every other. */
  readonly liveStages: LiveStages | undefined
  /** Undefined: nobody measures. */
  readonly usage?: ThreadUsage | undefined
  post(message: FromExecutorThread, transfer?: readonly ArrayBuffer[]): void
  /** Ranges of other workers, while the executor stands still. */
  fetch(requests: readonly BlockRange[], checkCancelled: () => void): Iterable<FetchedPart>
  /** Whether cached blocks of other RDDs gave way, or must be written to disk first. */
  makeRoom(request: RoomRequest): RoomAnswer
}
