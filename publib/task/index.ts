export * from './task.ts'
