import type { Kernels } from './doors.ts'
import { plainKernels } from './plain/plain-kernels.ts'

/** The kernels of this thread. */
export function kernels(): Kernels {
  return plainKernels
}
