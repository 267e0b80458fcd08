/**
 * How operators run: each by its own definition, a chain of them as one generated loop over rows, or as loops over columns
 * with kernels for what is done to whole columns. The answers are the same.
 */
export type CodegenMode = 'plain' | 'loops' | 'kernels'

export function isCodegenMode(value: unknown): value is CodegenMode {
  return value === 'plain' || value === 'loops' || value === 'kernels'
}
