import type { Address } from '#publib/env'
import type { HostSettings } from '#publib/protocol'
import type { LeaseOptions } from './lease-keeper.ts'
import type { Leases } from './lease-thread.ts'

/** What a backend on a master is made with; everything that comes from outside. */
export interface StandaloneOptions {
  readonly masters: readonly Address[]
  /** Of the role `driver`. */
  readonly token: string
  /** PEM of the authority to trust; undefined: plain. */
  readonly ca: string | undefined
  readonly name: string
  readonly user: string
  readonly version: string
  /** Executors that it asks for at the start; the master gives its fair share of them. */
  readonly executorsWanted: number
  /** `simspark.cores.max`, or the number of executors where that is set; undefined: no bound. */
  readonly executorsMax: number | undefined
  readonly executorsMin: number
  readonly executorsPerWorkerMax: number | undefined
  readonly executorMemoryMiB: number
  readonly hostSettings: HostSettings
  readonly uiUrl?: string | undefined
  readonly connectMs: number
  readonly backoff: { readonly firstMs: number; readonly maxMs: number }
  readonly startLeases: (options: LeaseOptions, onEnd: (error: unknown) => void) => Leases
}
