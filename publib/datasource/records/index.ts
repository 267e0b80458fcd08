export { linesOf, readJsonLineColumns } from './json-line-columns.ts'
export { type JsonScan, readJsonLines } from './json-lines.ts'
export type { RecordPolicy } from './record-policy.ts'
