export type * from './doors.ts'
export { kernelScope, kernels, untouchedKernelBytes } from './kernels.ts'
export { plainKernels } from './plain/plain-kernels.ts'
