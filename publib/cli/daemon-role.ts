import { join } from 'node:path'
import { type DaemonOptions, daemonName, type Role } from './daemon-contract.ts'
import type { DaemonPlace } from './daemon-status.ts'

/** An option of `start` that names a value. */
export interface OptionRow {
  /** As `-p, --port <port>`. */
  readonly flags: string
  readonly description: string
  /** Its value is a path: made absolute where it was typed. */
  readonly isPath?: boolean
  /** It takes no value. */
  readonly isSwitch?: boolean
  /** It holds for one start, `restart` does not repeat it. */
  readonly isOnce?: boolean
  /** It may be given several times. */
  readonly isRepeated?: boolean
}

/** What was typed after `start`; kept in the state folder, so that `restart` can do the same again. */
export interface GivenOptions {
  /** By long name without dashes. */
  readonly values: Readonly<Record<string, string | boolean | readonly string[]>>
  readonly args: readonly string[]
}

/** What a role adds to what all daemons have in common. */
export interface DaemonRole {
  readonly role: Role
  /** As `simspark-master`. */
  readonly program: string
  readonly description: string
  /** Path of a compiled module below dist/. */
  readonly entry: string
  /** As `<master-url>`; empty for none. */
  readonly argument: string
  readonly options: readonly OptionRow[]
  readonly canDrain: boolean
  defaultStateDir(): string
  /** Turns what was given into all that the daemon needs, or refuses. */
  resolve(given: GivenOptions, place: DaemonPlace & { foreground: boolean }): Promise<DaemonOptions>
  /** A last look before a daemon is started. */
  preflight?(options: DaemonOptions): Promise<void>
}

/** The file with the options of the last start. */
export function rememberedPath(place: DaemonPlace): string {
  return join(place.stateDir, `${daemonName(place.role, place.instance)}.options.json`)
}

/** `-p, --port <port>` → `port`. */
export function longName(flags: string): string {
  return /--([a-z-]+)/.exec(flags)?.[1] ?? flags
}
