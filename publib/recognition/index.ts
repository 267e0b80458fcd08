export type * from './shape.ts'
