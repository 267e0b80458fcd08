import type { Address } from '#publib/env'
import type { Logger } from '#publib/log'
import type { Exposure, Secrets } from '#publib/security'
import type { BlockServiceOptions, RunningBlockService } from './block-service/index.ts'
import type { WorkerRules } from './site.ts'
import type { WorkerState } from './state.ts'

/** What a worker is started with; everything that comes from outside. */
export interface WorkerOptions {
  readonly host: string
  readonly port: number
  /** By which others reach it; the bound address unless given. */
  readonly advertisedHost?: string | undefined
  readonly masters: readonly Address[]
  readonly exposure: Exposure
  readonly secrets: Secrets
  /** Trusted when dialling; undefined: plain. */
  readonly ca: string | undefined
  readonly version: string
  /** Who the worker is stands in this file. */
  readonly identityPath: string
  readonly workDir: string
  readonly rules: WorkerRules
  readonly connectMs: number
  readonly backoff: { readonly firstMs: number; readonly maxMs: number }
  /** A first master that cannot be reached is tried for so long. */
  readonly registerMs: number
  readonly hostEnvironment: Readonly<Record<string, string>>
  readonly startBlocks: (
    options: BlockServiceOptions,
    onEnd: (error: unknown) => void,
  ) => Promise<RunningBlockService>
  readonly residentBytes: () => number
  readonly log: Logger
  readonly health: (status: ReturnType<WorkerState['status']>) => string
  /** It has ended by itself: drained, replaced, or by a fault. */
  readonly onEnd: (reason: string, isFault: boolean) => void
}
