import { type StageCode, stageCode } from '#publib/codegen'
import { type DecodedStage, decodeStage, type StageInstance } from '#publib/lineage/tasks'
import type { StageDescription } from '#publib/task'
import type { StageId } from '#publib/util'
import { stageMissing } from './errors.ts'
import type { LiveStages } from './live-stages.ts'

interface Held {
  readonly stage: StageDescription
  readonly bytes: Uint8Array
  /** Made by the first task that needs it, shared by all. */
  decoded: Promise<DecodedStage> | undefined
  readonly loops: StageCode | undefined
  /** What tasks are given of it, once it is decoded. */
  open: OpenStage | undefined
}

/** The stages that an executor was sent: decoded once, instantiated anew for each task. */
export class StageTable {
  readonly #stages = new Map<StageId, Held>()
  readonly #live: LiveStages | undefined

  constructor(live: LiveStages | undefined) {
    this.#live = live
  }

  put(stage: StageDescription, bytes: Uint8Array): void {
    const loops = stageCode(stage.codegen ?? 'loops', `${stage.stageId}`)
    this.#stages.set(stage.stageId, { stage, bytes, decoded: undefined, loops, open: undefined })
  }

  drop(stageIds: readonly StageId[]): void {
    for (const stageId of stageIds) {
      this.#stages.delete(stageId)
      this.#live?.delete(stageId)
    }
  }

  /** What the stage's tasks have in common, and what makes the work of one of them: with functions of its own. */
  open(stageId: StageId): OpenStage | Promise<OpenStage> {
    return this.#stages.get(stageId)?.open ?? this.#open(stageId)
  }

  async #open(stageId: StageId): Promise<OpenStage> {
    const held = this.#stages.get(stageId)
    if (held === undefined) throw stageMissing(stageId)
    const own = this.#live?.get(stageId)
    const { stage, loops } = held
    if (own !== undefined) {
      held.open = { stage, loops, instantiate: () => own, mayWait: undefined }
      return held.open
    }
    held.decoded ??= decodeStage(held.bytes)
    const decoded = await held.decoded
    held.open ??= { stage, loops, instantiate: () => decoded.instantiate(), mayWait: undefined }
    return held.open
  }
}

export interface OpenStage {
  readonly stage: StageDescription
  /** Undefined where operators run by their own definitions. */
  readonly loops: StageCode | undefined
  /** Whether it has asynchronous operators; undefined: nobody has looked. */
  mayWait: boolean | undefined
  instantiate(): StageInstance
}
