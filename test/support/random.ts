/** A small seeded generator (mulberry32): the same seed gives the same numbers. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The seed of this run: the same every time, unless SIMSPARK_TEST_SEED names another. Tests print it where they fail. */
export function chooseSeed(): number {
  const { SIMSPARK_TEST_SEED } = process.env
  return SIMSPARK_TEST_SEED === undefined ? 20_260_101 : Number(SIMSPARK_TEST_SEED)
}
