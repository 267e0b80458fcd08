import type { SparkContext } from 'simspark'

/**
 * Adds the numbers 0 … count-1, held by the driver, in `numSlices` tasks.
 *
 * @example
 * const { sum } = await sumOfArray(sc, 1_000_000, 8)   // 499999500000
 */
export async function sumOfArray(
  sc: SparkContext,
  count: number,
  numSlices: number,
): Promise<{ sum: number; expected: number }> {
  const numbers = Array.from({ length: count }, (_, i) => i)
  const sum = await sc.parallelize(numbers, numSlices).sum()
  return { sum, expected: (count * (count - 1)) / 2 }
}
