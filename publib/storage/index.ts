export * from './block-source.ts'
export { CacheBudget } from './cache-budget.ts'
export { MemoryStore, nameOf, type StoredPartition } from './memory-store.ts'
export { StoredBlock, storeColumn } from './stored-block.ts'
