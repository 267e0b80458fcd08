export * from './command.ts'
export { daemonCommand } from './daemon-command.ts'
export * from './daemon-contract.ts'
export * from './daemon-files.ts'
export {
  type DaemonWishes,
  daemonOptions,
  SECRET_FILE,
  TLS_FOLDER,
  tlsFiles,
} from './daemon-options.ts'
export type { DaemonRole, GivenOptions, OptionRow } from './daemon-role.ts'
export { type DaemonPlace, type DaemonStatus, daemonStatus } from './daemon-status.ts'
export * from './daemon-world.ts'
export * from './end-with-parent.ts'
export * from './exit-codes.ts'
export * from './guard.ts'
export * from './master-check.ts'
export * from './master-url.ts'
export * from './private-files.ts'
export * from './progress-bar.ts'
export * from './run-daemon.ts'
export * from './state-lock.ts'
export * from './table.ts'
export * from './terminal.ts'
