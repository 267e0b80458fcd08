import { logGamma } from '#publib/util'

/*
 * Quantiles of the distributions that bounds of approximate results are taken from, by bisection of their cumulative
 * probabilities: these are incomplete beta and gamma functions, which continued fractions and series give to 12 digits or so.
 */

/** From so large a mean on a Poisson distribution is as good as a normal one. */
const POISSON_MEAN_MAX = 1e7
const ITERATIONS_MAX = 1_000_000
const EPSILON = 1e-15
const TINY = 1e-300

/** The standard normal distribution: where its cumulative probability is `probability`. */
export function normalQuantile(probability: number): number {
  const cumulative = (z: number): number => {
    const half = 0.5 * gammaP(0.5, (z * z) / 2)
    return z < 0 ? 0.5 - half : 0.5 + half
  }
  return realQuantile(probability, cumulative)
}

/** Student's t distribution. */
export function tQuantile(probability: number, degreesOfFreedom: number): number {
  const cumulative = (t: number): number => {
    const x = degreesOfFreedom / (degreesOfFreedom + t * t)
    const tail = 0.5 * betaI(x, degreesOfFreedom / 2, 0.5)
    return t < 0 ? tail : 1 - tail
  }
  return realQuantile(probability, cumulative)
}

/** Failures before `successes` of probability `p` each: the least number that is not exceeded with `probability`. */
export function pascalQuantile(probability: number, successes: number, p: number): number {
  return wholeQuantile(probability, k => betaI(p, successes, k + 1))
}

export function poissonQuantile(probability: number, mean: number): number {
  if (mean === 0) return 0
  if (mean > POISSON_MEAN_MAX && probability > 0 && probability < 1) {
    return Math.max(0, Math.round(mean + normalQuantile(probability) * Math.sqrt(mean)))
  }
  return wholeQuantile(probability, k => 1 - gammaP(k + 1, mean))
}

function realQuantile(probability: number, cumulative: (x: number) => number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY
  if (probability >= 1) return Number.POSITIVE_INFINITY
  let bound = 1
  while (cumulative(bound) < probability || cumulative(-bound) > probability) {
    bound *= 2
    if (bound === Number.POSITIVE_INFINITY) break
  }
  let [low, high] = [-bound, bound]
  for (let middle = 0; ; ) {
    middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return middle
    if (cumulative(middle) < probability) low = middle
    else high = middle
  }
}

/** The least whole number from 0 on whose cumulative probability is large enough. */
function wholeQuantile(probability: number, cumulative: (k: number) => number): number {
  if (probability <= 0) return 0
  if (probability >= 1) return Number.POSITIVE_INFINITY
  let [low, high] = [-1, 1]
  while (cumulative(high) < probability) {
    low = high
    high *= 2
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (cumulative(middle) < probability) low = middle
    else high = middle
  }
  return high
}

/** The regularised incomplete beta function. */
function betaI(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaI(1 - x, b, a)
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)
  return (Math.exp(front) * betaFraction(x, a, b)) / a
}

/** Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m < ITERATIONS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let step = 1
    for (const term of [even, odd]) {
      d = 1 / nonZero(1 + term * d)
      c = nonZero(1 + term / c)
      step = d * c
      result *= step
    }
    if (Math.abs(step - 1) < EPSILON) break
  }
  return result
}

/** The regularised lower incomplete gamma function. */
function gammaP(a: number, x: number): number {
  if (x <= 0) return 0
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? front * gammaSeries(a, x) : 1 - front * gammaFraction(a, x)
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < ITERATIONS_MAX; n++) {
    term *= x / (a + n)
    sum += term
    if (term < sum * EPSILON) break
  }
  return sum
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / nonZero(b)
  let result = d
  for (let i = 1; i < ITERATIONS_MAX; i++) {
    const term = -i * (i - a)
    b += 2
    d = 1 / nonZero(term * d + b)
    c = nonZero(b + term / c)
    const step = d * c
    result *= step
    if (Math.abs(step - 1) < EPSILON) break
  }
  return result
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}
