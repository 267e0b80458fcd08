import type { SparkContext } from 'simspark'

/** Estimates pi by throwing `samples` darts in each of `slices` tasks; equal seeds give equal estimates. */
export async function pi(sc: SparkContext, slices: number, samples: number): Promise<number> {
  const hits = await sc
    .range(0, slices, 1, slices)
    .map(slice => {
      let state = slice + 1
      let inside = 0
      for (let i = 0; i < samples; i++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
        const x = state / 0x7fffffff
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
        const y = state / 0x7fffffff
        if (x * x + y * y < 1) inside++
      }
      return inside
    })
    .sum()
  return (4 * hits) / (slices * samples)
}
