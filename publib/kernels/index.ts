export type * from './doors.ts'
export { kernels, untouchedKernelBytes } from './kernels.ts'
export { plainKernels } from './plain/plain-kernels.ts'
