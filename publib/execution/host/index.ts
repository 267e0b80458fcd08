// What the main thread of a host needs. The whole face would load all that only its executor threads use: half of its start.
export { ExecutorHost } from '../executor-host.ts'
export type { ExecutorHostOptions, UserOutputPiece } from '../executor-host-options.ts'
export type { ExecutorLinks } from '../executor-link.ts'
export { outputOfTask } from '../output-of-task.ts'
export { ThreadLinks, type ThreadLinksOptions } from '../thread-links.ts'
