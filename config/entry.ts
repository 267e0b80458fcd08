/** One `key: value` of a settings file, and where its key begins; lines and columns count from 1. */
export interface Entry {
  readonly key: string
  readonly value: unknown
  readonly line: number
  readonly column: number
}

/** Thrown by the parsers: what is wrong at a place of the text. */
export class SyntaxProblem extends Error {
  readonly line: number
  readonly column: number

  constructor(line: number, column: number, message: string) {
    super(message)
    this.line = line
    this.column = column
  }
}

/** Settings are at most lists in objects in objects; whoever nests deeper wrote something else. */
export const DEPTH_MAX = 16

/** Finds line and column of positions in a text, in little time each. */
export function placesOf(text: string): (position: number) => { line: number; column: number } {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return position => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= position) low = middle
      else high = middle
    }
    return { line: low + 1, column: position - (starts[low] ?? 0) + 1 }
  }
}
