const STEPS = 40

/**
 * How many different keys there are, judged by how many of the first rows were different: exact where all keys are as
 * frequent, and too few where some are rare. Infinite where no key has come again.
 */
export function expectedKeys(different: number, rows: number): number {
  if (different >= rows) return Number.POSITIVE_INFINITY
  // With x = rows ÷ keys, rows drawn at random show keys × (1 − e^−x) different ones; that falls as x rises.
  const share = different / rows
  let low = 0
  let high = 1 / share
  for (let i = 0; i < STEPS; i++) {
    const x = (low + high) / 2
    if (-Math.expm1(-x) / x > share) low = x
    else high = x
  }
  return rows / high
}
