import { crc32 } from 'node:zlib'
import { type StageCode, stageCode } from '#publib/codegen'
import { type DecodedStage, decodeStage } from '#publib/lineage/tasks'
import type { StageDescription } from '#publib/task'

/** What an executor makes of the bytes of a stage: the same for all stages of the same bytes. */
export interface CompiledStage {
  readonly bytes: Uint8Array
  readonly codegen: StageDescription['codegen']
  /** Undefined where operators run by their own definitions. */
  readonly loops: StageCode | undefined
  /** Made by the first task that needs it, shared by all. */
  decoded: Promise<DecodedStage> | undefined
}

/** So many are kept when no job needs them any more, the latest used; larger ones are not. */
const STAGES_MAX = 32
const STAGE_BYTES_MAX = 64 * 1024

/**
 * Stages by what they hold: a program that runs an action again and again on the same RDD sends the same bytes each time, and
 * finds its loops compiled and warm. Tasks get functions of their own from it, whichever job they belong to.
 */
export class CompiledStages {
  /** By checksum, the latest used at the end. */
  readonly #kept = new Map<number, CompiledStage>()

  get size(): number {
    return this.#kept.size
  }

  of({ stageId, codegen }: StageDescription, bytes: Uint8Array): CompiledStage {
    const checksum = crc32(bytes)
    const known = this.#kept.get(checksum)
    if (known !== undefined && known.codegen === codegen && isSame(known.bytes, bytes)) {
      this.#kept.delete(checksum)
      this.#kept.set(checksum, known)
      return known
    }
    const loops = stageCode(codegen ?? 'loops', `${stageId}`)
    const stage: CompiledStage = { bytes, codegen, loops, decoded: undefined }
    if (bytes.length <= STAGE_BYTES_MAX) this.#keep(checksum, stage)
    return stage
  }

  /** Decodes it, once unless that fails. */
  decoded(stage: CompiledStage): Promise<DecodedStage> {
    stage.decoded ??= decodeStage(stage.bytes).catch(error => {
      stage.decoded = undefined
      throw error
    })
    return stage.decoded
  }

  #keep(checksum: number, stage: CompiledStage): void {
    this.#kept.set(checksum, stage)
    if (this.#kept.size <= STAGES_MAX) return
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest)
      return
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
