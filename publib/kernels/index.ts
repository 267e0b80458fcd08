export type * from './doors.ts'
