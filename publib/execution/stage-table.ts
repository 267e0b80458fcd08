import type { StageCode } from '#publib/codegen'
import type { StageInstance } from '#publib/lineage/tasks'
import type { StageDescription } from '#publib/task'
import type { StageId } from '#publib/util'
import { type CompiledStage, CompiledStages } from './compiled-stages.ts'
import { stageMissing } from './errors.ts'
import type { LiveStages } from './live-stages.ts'

interface Held {
  readonly stage: StageDescription
  readonly compiled: CompiledStage
  /** What tasks are given of it, once it is decoded. */
  open: OpenStage | undefined
}

/** The stages that an executor was sent: decoded once, instantiated anew for each task. */
export class StageTable {
  readonly #stages = new Map<StageId, Held>()
  readonly #live: LiveStages | undefined
  readonly #compiled = new CompiledStages()

  constructor(live: LiveStages | undefined) {
    this.#live = live
  }

  put(stage: StageDescription, bytes: Uint8Array): void {
    const compiled = this.#compiled.of(stage, bytes)
    this.#stages.set(stage.stageId, { stage, compiled, open: undefined })
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
    const { stage, compiled } = held
    const { loops } = compiled
    if (own !== undefined) {
      held.open = { stage, loops, instantiate: () => own, mayWait: undefined }
      return held.open
    }
    const decoded = await this.#compiled.decoded(compiled)
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
