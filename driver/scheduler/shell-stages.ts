import type { ShuffleDependency } from '#publib/lineage'
import type { StageId } from '#publib/util'
import type { SentStage, SourcePart } from './host-link.ts'
import type { SchedulerDependencies } from './shell-dependencies.ts'
import type { Stage } from './stage.ts'

interface EncodedStage {
  readonly stage: Stage
  readonly sent: SentStage
  readonly firstId: number
}

const NOTHING: readonly SourcePart[] = []

/** Stages as they travel, encoded once while a job needs them. */
export class EncodedStages {
  readonly #deps: SchedulerDependencies
  readonly #stages = new Map<StageId, EncodedStage>()

  constructor(deps: SchedulerDependencies) {
    this.#deps = deps
  }

  get size(): number {
    return this.#stages.size
  }

  /** @throws what capturing the user's functions refuses */
  encode(stage: Stage, properties: Readonly<Record<string, string>>): void {
    const { lineage, id: stageId } = stage
    const work =
      stage.dependency === undefined
        ? { kind: 'result' as const, action: stage.action as never }
        : { kind: 'shuffleMap' as const, dependency: stage.dependency as ShuffleDependency }
    const encoded = this.#deps.encodeStage(stageId, lineage, work)
    const { bytes, warnings, broadcastIds, firstId = 0 } = encoded
    for (const warning of warnings) this.#deps.log.warn(warning, { stageId, stage: stage.name })
    const { kind } = work
    const { numPartitions } = lineage
    const reads = stage.parentShuffles
    const common = { stageId, numPartitions, kind, reads, properties }
    const { codegen } = this.#deps.options
    const description = codegen === undefined ? common : { ...common, codegen }
    this.#stages.set(stageId, { stage, sent: { description, bytes, broadcastIds }, firstId })
  }

  get(stageId: StageId): SentStage | undefined {
    return this.#stages.get(stageId)?.sent
  }

  /** What the driver gives to one task. @throws what a source refuses */
  sourcesOf(stageId: StageId, partition: number): readonly SourcePart[] {
    const encoded = this.#stages.get(stageId)
    if (encoded === undefined) return NOTHING
    const { stage, firstId } = encoded
    return this.#deps.collectPartitionData(stage.lineage, partition, firstId)
  }

  drop(stageIds: readonly StageId[]): void {
    for (const id of stageIds) this.#stages.delete(id)
  }
}
