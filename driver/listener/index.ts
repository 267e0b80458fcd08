export * from './console-progress.ts'
export * from './listener-bus.ts'
export * from './status-tracker.ts'
