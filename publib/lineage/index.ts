export * from './action.ts'
export type * from './compute-context.ts'
export * from './lineage.ts'
export type * from './root.ts'
