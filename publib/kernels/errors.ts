import { SimSparkError } from '#publib/util'

export function kernelMemoryFull(askedBytes: number, heldBytes: number, limitBytes: number) {
  const message =
    `The kernels of this executor have no room for ${askedBytes} bytes more: ` +
    `they hold ${heldBytes} of ${limitBytes}`
  return new SimSparkError('OUT_OF_MEMORY', message, {
    hint: 'Use more partitions, so that each task has less at once, or set SIMSPARK_KERNELS=plain.',
  })
}
