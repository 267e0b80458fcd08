export * from './map-status.ts'
