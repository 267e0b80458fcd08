/** How operators run: each by its own definition, or a chain of them as one generated loop. The answers are the same. */
export type CodegenMode = 'plain' | 'loops'

export function isCodegenMode(value: unknown): value is CodegenMode {
  return value === 'plain' || value === 'loops'
}
