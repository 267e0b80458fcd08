import { orderOfWords } from './order-words.ts'

/** The order in which numbers rise (or fall) by the total order: NaN above all, -0 equal to 0, equal ones as they come. */
export function orderOfNumbers(values: Float64Array, isFalling = false): Uint32Array {
  return orderOfWords(sortableWords(values, isFalling), values.length)
}

/** The numbers themselves in that order. */
export function sortNumbers(values: Float64Array, isFalling = false): Float64Array {
  const order = orderOfNumbers(values, isFalling)
  const sorted = new Float64Array(values.length)
  for (let i = 0; i < sorted.length; i++) sorted[i] = values[order[i]!]!
  return sorted
}

/** How many of the `bounds`, which rise by the total order, come before each number. */
export function placesOfNumbers(values: Float64Array, bounds: Float64Array): Int32Array {
  const places = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    let low = 0
    let high = bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (comesBefore(bounds[middle]!, value)) low = middle + 1
      else high = middle
    }
    places[i] = low
  }
  return places
}

function comesBefore(a: number, b: number): boolean {
  return a < b || (Number.isNaN(b) && !Number.isNaN(a))
}

/** The low and the high words of the numbers, changed so that they rise as unsigned integers where the numbers rise (or fall). */
function sortableWords(numbers: Float64Array, isFalling: boolean): [Uint32Array, Uint32Array] {
  const size = numbers.length
  const low = new Uint32Array(size)
  const high = new Uint32Array(size)
  const double = new Float64Array(1)
  const words = new Uint32Array(double.buffer)
  const turned = isFalling ? -1 : 0
  for (let i = 0; i < size; i++) {
    const number = numbers[i]!
    // Makes 0 of -0.
    double[0] = number + 0
    let bottom = words[0]!
    let top = words[1]!
    if (Number.isNaN(number)) {
      // One NaN, above Infinity.
      bottom = 0
      top = 0x7ff80000
    }
    const isNegative = top >>> 31 === 1
    low[i] = (isNegative ? ~bottom : bottom) ^ turned
    high[i] = (isNegative ? ~top : top ^ 0x80000000) ^ turned
  }
  return [low, high]
}
