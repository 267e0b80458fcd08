export * from './memory-budget.ts'
export * from './size-estimate.ts'
