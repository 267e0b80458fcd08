export * from './block-range.ts'
export * from './map-status.ts'
