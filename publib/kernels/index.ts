export type * from './doors.ts'
export { kernels } from './kernels.ts'
export { plainKernels } from './plain/plain-kernels.ts'
