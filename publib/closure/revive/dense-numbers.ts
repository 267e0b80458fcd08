/** More objects than that are left as they are: to look at each would take a part of what it takes to make them. */
const OBJECTS_MAX = 1 << 16

/**
 * Data as `v8.deserialize` made it, with arrays of numbers as the engine holds them where a program made them itself: numbers
 * side by side. Deserialized ones hold a reference to an object for each fraction, and a loop over them takes twice as long.
 */
export function withDenseNumbers(root: unknown): unknown {
  if (isNumbers(root)) return denseCopy(root)
  const places = placesOfNumbers(root)
  if (places === undefined) return root
  // What was one array in several places stays one.
  const copies = new Map<readonly number[], readonly number[]>()
  for (const { numbers, put } of places) {
    const copy = copies.get(numbers) ?? denseCopy(numbers)
    copies.set(numbers, copy)
    put(copy)
  }
  return root
}

interface Place {
  readonly numbers: readonly number[]
  put(copy: readonly number[]): void
}

/** Every place that holds an array of numbers; undefined where one is told by its identity, or where there is too much to see. */
function placesOfNumbers(root: unknown): readonly Place[] | undefined {
  const places: Place[] = []
  const seen = new Set<object>()
  const open: object[] = []
  const look = (value: unknown, put: Place['put']): void => {
    if (typeof value !== 'object' || value === null) return
    if (isNumbers(value)) places.push({ numbers: value, put })
    else if (!seen.has(value)) {
      seen.add(value)
      open.push(value)
    }
  }
  look(root, () => {})
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.size + places.length > OBJECTS_MAX) return undefined
    if (next instanceof Set) {
      if (next.size > 0) return undefined
    } else if (next instanceof Map) {
      for (const [key, value] of next) {
        if (typeof key === 'object') return undefined
        look(value, copy => next.set(key, copy))
      }
    } else if (Array.isArray(next)) {
      if (next.length > OBJECTS_MAX) return undefined
      next.forEach((value, i) => {
        look(value, copy => {
          next[i] = copy
        })
      })
    } else if (!ArrayBuffer.isView(next)) {
      for (const [key, value] of Object.entries(next)) {
        look(value, copy => Reflect.set(next, key, copy))
      }
    }
  }
  return places
}

/** Whether it is an array of numbers alone, without holes. */
function isNumbers(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length === 0) return false
  for (let i = 0; i < value.length; i++) if (typeof value[i] !== 'number') return false
  return true
}

function denseCopy(numbers: readonly number[]): number[] {
  const copy = new Array<number>(numbers.length)
  // From the first on the array is one of doubles, whatever the first of them are.
  if (!numbers.every(Number.isInteger)) copy[0] = 0.5
  for (let i = 0; i < numbers.length; i++) copy[i] = numbers[i]!
  return copy
}
