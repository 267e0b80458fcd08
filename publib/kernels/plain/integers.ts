export function integersOf(values: Float64Array): Int32Array | undefined {
  const integers = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const integer = value | 0
    if (integer !== value || (integer === 0 && Object.is(value, -0))) return undefined
    integers[i] = integer
  }
  return integers
}
