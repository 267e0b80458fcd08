export * from './listener-bus.ts'
export * from './status-tracker.ts'
