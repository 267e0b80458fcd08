import type { SeededRandom } from '#publib/util'

/** From here on numbers are drawn in parts: e^-mean would be 0. */
const PART_MAX = 500

/** A number of events whose mean is known, drawn by multiplying uniform numbers (Knuth, The Art of Computer Programming, 3.4.1). */
export function poisson(mean: number, random: SeededRandom): number {
  let count = 0
  for (let left = mean; left > 0; left -= PART_MAX) {
    const limit = Math.exp(-Math.min(left, PART_MAX))
    for (let product = random.number(); product > limit; product *= random.number()) count++
  }
  return count
}
