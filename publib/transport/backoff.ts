export interface BackoffOptions {
  readonly firstMs: number
  readonly maxMs: number
}

const DEFAULTS: BackoffOptions = { firstMs: 200, maxMs: 5000 }

/**
 * How long to wait before attempt `failures + 1`: doubles from `firstMs` up to `maxMs`, of which `chance` (0 … 1)
 * takes away up to a half, so that peers which lost the same server do not come back in one moment.
 */
export function backoffMs(failures: number, chance: number, options = DEFAULTS): number {
  const doubled = options.firstMs * 2 ** Math.min(Math.max(failures, 0), 30)
  return Math.min(doubled, options.maxMs) * (1 - chance / 2)
}
