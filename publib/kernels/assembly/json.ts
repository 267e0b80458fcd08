// Fields of JSON texts. All of a text is read by the rules of JSON, whatever of it is wanted; where anything is not sure, the
// text is left to the language.
import { sameText, stringEnd, wasEscaped } from './json-strings'
import { CLOSE, COMMA, OPEN, passed, QUOTE, setTextEnd } from './json-places'
import { afterNumber, afterValue, numberIsExact, numberValue } from './json-values'

const ABSENT: u8 = 0
const NULL: u8 = 1
const FALSE: u8 = 2
const TRUE: u8 = 3
const NUMBER: u8 = 4
const TEXT: u8 = 5
const ESCAPED: u8 = 6
const LONG_NUMBER: u8 = 7

const NOT_WANTED: i32 = 0x7fffffff
/** Keys that are known by their place in an object: those of the text before stand there mostly. */
const PLACES: u32 = 32
const GUESS_BYTES: usize = 12
const COLON: u8 = 58
const LETTER_F: u8 = 102
const LETTER_N: u8 = 110
const LETTER_T: u8 = 116
const MINUS: u8 = 45

/** What is wanted: nodes of two words (first key, keys) and keys of three (address, length, field or ~node). */
let nodes: usize = 0
let keys: usize = 0
/** By node and place: address and length of the key that was there, and what is wanted of it. */
let guesses: usize = 0
/** By node: the row in which it was last, and one more. */
let lastRows: usize = 0
let base: usize = 0
let row: u32 = 0
let rows: u32 = 0
let kindsAt: usize = 0
let valuesAt: usize = 0
let startsAt: usize = 0
let lengthsAt: usize = 0

/**
 * Kinds, numbers and places of `fields` fields, row by row for each of them. Gives how many texts were read: fewer than there
 * are where one is not surely an object with such fields.
 */
export function jsonFields(
  bytes: usize,
  starts: usize,
  lengths: usize,
  count: u32,
  nodeTable: usize,
  nodeCount: u32,
  keyTable: usize,
  fields: u32,
  memory_: usize,
  kinds: usize,
  values: usize,
  outStarts: usize,
  outLengths: usize,
): u32 {
  nodes = nodeTable
  keys = keyTable
  lastRows = memory_
  guesses = memory_ + (<usize>nodeCount << 2)
  memory.fill(memory_, 0, jsonMemoryBytes(nodeCount))
  const places = <usize>fields * count
  memory.fill(kinds, ABSENT, places)
  memory.fill(outStarts, 0, places << 2)
  memory.fill(outLengths, 0, places << 2)
  base = bytes
  rows = count
  kindsAt = kinds
  valuesAt = values
  startsAt = outStarts
  lengthsAt = outLengths
  let packed = bytes
  for (row = 0; row < count; row++) {
    const place = <usize>row << 2
    const length = <usize>load<u32>(lengths + place)
    const start = starts == 0 ? packed : bytes + <usize>load<u32>(starts + place)
    packed += length
    const end = start + length
    setTextEnd(end)
    const first = passed(start)
    if (load<u8>(first) != OPEN) return row
    const last = afterObject(first + 1, 0)
    // What follows may be another text's.
    if (last == 0 || last > end || passed(last) < end) return row
    for (let node: u32 = 1; node < nodeCount; node++) {
      if (load<u32>(lastRows + (<usize>node << 2)) != row + 1) return row
    }
  }
  return count
}

/** What `jsonFields` needs of memory beside its results, in bytes. */
export function jsonMemoryBytes(nodeCount: u32): usize {
  return <usize>nodeCount * (4 + PLACES * GUESS_BYTES)
}

/** Behind an object of which something is wanted; `at` is behind its brace. 0 where it is not sure. */
function afterObject(at: usize, node: u32): usize {
  const seen = lastRows + (<usize>node << 2)
  // Of two objects under one key the last one counts, and all of it.
  if (load<u32>(seen) == row + 1) return 0
  store<u32>(seen, row + 1)
  let p = passed(at)
  if (load<u8>(p) == CLOSE) return p + 1
  let guess = guesses + <usize>node * PLACES * GUESS_BYTES
  let member: u32 = 0
  while (true) {
    if (load<u8>(p) != QUOTE) return 0
    p++
    let wanted: i32
    const known = load<u32>(guess)
    const size = <usize>load<u32>(guess, 4)
    if (known != 0 && sameText(p, known, size) && load<u8>(p + size) == QUOTE) {
      wanted = load<i32>(guess, 8)
      p += size + 1
    } else {
      const end = stringEnd(p)
      // Written otherwise it may be a wanted one all the same.
      if (end == 0 || wasEscaped()) return 0
      wanted = wantedOf(node, p, end - p)
      store<u32>(guess, <u32>p)
      store<u32>(guess, <u32>(end - p), 4)
      store<i32>(guess, wanted, 8)
      p = end + 1
    }
    if (++member < PLACES) guess += GUESS_BYTES
    p = passed(p)
    if (load<u8>(p) != COLON) return 0
    p = passed(p + 1)
    if (wanted == NOT_WANTED) p = afterValue(p, 0)
    else if (wanted >= 0) p = afterField(p, wanted)
    else p = load<u8>(p) == OPEN ? afterObject(p + 1, ~wanted) : 0
    if (p == 0) return 0
    p = passed(p)
    const sign = load<u8>(p)
    if (sign == CLOSE) return p + 1
    if (sign != COMMA) return 0
    p = passed(p + 1)
  }
}

/** What is wanted under a key. */
function wantedOf(node: u32, text: usize, size: usize): i32 {
  const at = nodes + (<usize>node << 3)
  let key = keys + <usize>load<u32>(at) * 12
  for (let left = load<u32>(at, 4); left > 0; left--) {
    if (load<u32>(key, 4) == <u32>size && sameText(text, load<u32>(key), size)) {
      return load<i32>(key, 8)
    }
    key += 12
  }
  return NOT_WANTED
}

/** Behind a value that is wanted. The last one of a name counts. */
function afterField(at: usize, field: i32): usize {
  const place = <usize>field * rows + row
  const kind = kindsAt + place
  const sign = load<u8>(at)
  if (sign == QUOTE) {
    const end = stringEnd(at + 1)
    if (end == 0) return 0
    store<u8>(kind, wasEscaped() ? ESCAPED : TEXT)
    placeText(place, at + 1, end)
    return end + 1
  }
  if (sign == MINUS || sign - 48 <= 9) {
    const end = afterNumber(at)
    if (end == 0) return 0
    if (numberIsExact()) {
      store<u8>(kind, NUMBER)
      store<f64>(valuesAt + (place << 3), numberValue())
      store<u32>(lengthsAt + (place << 2), 0)
    } else {
      store<u8>(kind, LONG_NUMBER)
      placeText(place, at, end)
    }
    return end
  }
  if (sign == LETTER_T) store<u8>(kind, TRUE)
  else if (sign == LETTER_F) store<u8>(kind, FALSE)
  else if (sign == LETTER_N) store<u8>(kind, NULL)
  // An object or an array is nothing that a column of one kind could hold.
  else return 0
  store<u32>(lengthsAt + (place << 2), 0)
  return afterValue(at, 0)
}

// @ts-ignore: decorator
@inline
function placeText(place: usize, start: usize, end: usize): void {
  store<u32>(startsAt + (place << 2), <u32>(start - base))
  store<u32>(lengthsAt + (place << 2), <u32>(end - start))
}
