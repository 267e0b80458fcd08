import { before, between, equalMask } from './masks'

const LF: u8 = 10
const CR: u8 = 13

/** As bits of what `csvCells` gives. */
const IS_EMPTY: u8 = 1
const IS_DOUBLED: u8 = 2

/**
 * Where the fields of records end that all have `width` fields: of those that begin in the first `limit` bytes, as `csvRecords`
 * finds them. Totals: records, where the first begins that is not whole, whether there are doubled quotes. False where
 * anything is not as it should be, a line is empty, or more ends than `room` are found.
 */
export function csvGrid(
  bytes: usize,
  size: usize,
  limit: usize,
  delimiter: i32,
  quote: i32,
  width: u32,
  isLast: bool,
  ends: usize,
  room: u32,
  totals: usize,
): bool {
  const delimiters = i8x16.splat(<i8>delimiter)
  const feeds = i8x16.splat(<i8>LF)
  const returns = i8x16.splat(<i8>CR)
  const quoteMarks = i8x16.splat(<i8>quote)
  const end = bytes + size
  const last = bytes + limit
  const endsEnd = ends + (<usize>room << 2) - 260
  let out = ends
  let left = width
  let rowStart = bytes
  let rows: u32 = 0
  let inside: u64 = 0
  let doubled: u64 = 0
  // Of the byte before a block: whether a field begins behind it, or a quote closed there, or a return stands behind such a quote.
  let begins: u64 = 1
  let closed: u64 = 0
  let returned: u64 = 0
  for (let block = bytes; block < end; block += 64) {
    const marks = quote < 0 ? 0 : before(equalMask(block, quoteMarks), block, end)
    const lines = equalMask(block, feeds)
    inside ^= between(marks)
    let found = before(equalMask(block, delimiters) | lines, block, end) & ~inside
    if ((marks | closed | returned) != 0) {
      const opens = marks & inside
      const closes = marks & ~inside
      const behind = (closes << 1) | closed
      let odd = opens & ~((found << 1) | begins | behind)
      const ending = behind & ~(found | marks)
      // A quote that closes a field may have a return and a line end behind it.
      const cr = ending == 0 ? 0 : ending & equalMask(block, returns)
      odd |= (ending & ~cr) | (((cr << 1) | returned) & ~(found & lines))
      if (before(odd, block, end) != 0) return false
      doubled |= opens & behind
      closed = closes >> 63
      returned = cr >> 63
    }
    begins = found >> 63
    inside = <u64>(<i64>inside >> 63)
    if (out > endsEnd) return false
    while (found) {
      const place = ctz(found)
      const at = block + <usize>place
      store<u32>(out, <u32>(at - bytes))
      out += 4
      found &= found - 1
      if (--left == 0) {
        if (((lines >> place) & 1) == 0) return false
        rows++
        left = width
        rowStart = at + 1
        if (rowStart >= last) return done(totals, rows, size, rowStart - bytes, doubled)
      } else if (((lines >> place) & 1) != 0) return false
    }
  }
  if (isLast && rowStart < end) {
    // The last line has no end.
    if (left != 1 || inside != 0 || returned != 0) return false
    store<u32>(out, <u32>size)
    rows++
    rowStart = end
  }
  return done(totals, rows, size, rowStart - bytes, doubled)
}

function done(totals: usize, rows: u32, size: usize, rest: usize, doubled: u64): bool {
  store<u32>(totals, rows)
  store<u32>(totals + 4, <u32>min(rest, size))
  store<u32>(totals + 8, doubled == 0 ? 0 : 1)
  return true
}

/**
 * The fields at `place` of `rows` records whose fields end at `ends`: without quotes, and without the return of a line end. Signs
 * say which are empty and not quoted, and which hold doubled quotes. Gives all signs there are.
 */
export function csvCells(
  bytes: usize,
  ends: usize,
  rows: u32,
  width: u32,
  place: u32,
  quote: i32,
  hasDoubled: bool,
  starts: usize,
  lengths: usize,
  signs: usize,
): u32 {
  let all: u8 = 0
  let at = ends + (<usize>place << 2)
  const step = <usize>width << 2
  const isLastOfRow = place == width - 1
  for (let row: u32 = 0; row < rows; row++) {
    let from: u32 = row == 0 && place == 0 ? 0 : load<u32>(at - 4) + 1
    let to = load<u32>(at)
    at += step
    if (isLastOfRow && to > from && load<u8>(bytes + to - 1) == CR) to--
    let sign: u8 = 0
    if (to == from) sign = IS_EMPTY
    else if (quote >= 0 && load<u8>(bytes + from) == <u8>quote) {
      from++
      to--
      if (hasDoubled && holds(bytes + from, bytes + to, <u8>quote)) sign = IS_DOUBLED
    }
    const out = <usize>row << 2
    store<u32>(starts + out, from)
    store<u32>(lengths + out, to - from)
    store<u8>(signs + row, sign)
    all |= sign
  }
  return all
}

function holds(from: usize, to: usize, byte: u8): bool {
  for (let at = from; at < to; at++) if (load<u8>(at) == byte) return true
  return false
}
