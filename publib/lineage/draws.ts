import { logGamma, type SeededRandom } from '#publib/util'

/** How many of `marked` among `total` things are in a sample of `taken`, none put back (hypergeometric). */
export function drawMarked(
  { total, marked, taken }: { total: number; marked: number; taken: number },
  random: SeededRandom,
): number {
  const least = Math.max(0, taken - (total - marked))
  const most = Math.min(taken, marked)
  const likeliest = Math.floor(((taken + 1) * (marked + 1)) / (total + 2))
  const mode = Math.min(most, Math.max(least, likeliest))
  const logOfMode =
    logChoose(marked, mode) + logChoose(total - marked, taken - mode) - logChoose(total, taken)
  const up = (k: number): number =>
    ((marked - k) * (taken - k)) / ((k + 1) * (total - marked - taken + k + 1))
  return drawAround({ mode, least, most }, Math.exp(logOfMode), up, random)
}

/** How many of `tries` succeed, each with probability `p` (binomial). */
export function drawSuccesses(tries: number, p: number, random: SeededRandom): number {
  if (tries === 0 || p <= 0) return 0
  if (p >= 1) return tries
  const mode = Math.min(tries, Math.floor((tries + 1) * p))
  const logOfMode = logChoose(tries, mode) + mode * Math.log(p) + (tries - mode) * Math.log1p(-p)
  const up = (k: number): number => ((tries - k) / (k + 1)) * (p / (1 - p))
  return drawAround({ mode, least: 0, most: tries }, Math.exp(logOfMode), up, random)
}

/**
 * Inversion from the likeliest number outwards: about as many steps as the standard deviation. `up(k)` is the probability of
 * k + 1 over that of k.
 */
function drawAround(
  { mode, least, most }: { mode: number; least: number; most: number },
  probability: number,
  up: (k: number) => number,
  random: SeededRandom,
): number {
  let rest = random.number() - probability
  let [low, high] = [mode, mode]
  let [ofLow, ofHigh] = [probability, probability]
  while (rest >= 0 && (low > least || high < most)) {
    if (high < most) {
      ofHigh *= up(high)
      high += 1
      rest -= ofHigh
      if (rest < 0) return high
    }
    if (low > least) {
      ofLow /= up(low - 1)
      low -= 1
      rest -= ofLow
      if (rest < 0) return low
    }
    // What is left of the probability is lost in rounding.
    if (ofHigh + ofLow === 0) break
  }
  return mode
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
}
