import type { Master } from '#master'
import type { Backend } from '../../driver/backend/backend.ts'

type MasterRules = Parameters<typeof Master.start>[1]['rules']

/** What is wrong on purpose, to see whether it is found. Empty: nothing is. */
export interface Quirks {
  /** Told of the driver's backend before it starts. */
  readonly backend?: (backend: Backend) => void
  readonly masterRules?: (rules: MasterRules) => MasterRules
}

export const NO_QUIRKS: Quirks = {}
