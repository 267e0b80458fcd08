export * from './host-events.ts'
export { HostState } from './host-state.ts'
