export * from './metrics-numbers.ts'
export * from './task.ts'
