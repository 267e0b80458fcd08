import { before, between, equalMask } from './masks'

const LF: u8 = 10
const CR: u8 = 13

/** What `csvRecords` has found so far: set by it, changed by `endField`. */
let quoteByte: i32 = 0
let startsAt: usize = 0
let endsAt: usize = 0
let quotedAt: usize = 0
let rowEndsAt: usize = 0
let rowStartsAt: usize = 0
let base: usize = 0
let endOfBytes: usize = 0
let fields: u32 = 0
let rows: u32 = 0
/** The field and the record that are being read, and how many fields there were before it. */
let fieldStart: usize = 0
let rowStart: usize = 0
let fieldsBefore: u32 = 0

/** How many delimiters and line ends there are, quoted or not. */
export function countCsvEnds(bytes: usize, size: usize, delimiter: u32): u32 {
  const delimiters = i8x16.splat(<i8>delimiter)
  const feeds = i8x16.splat(<i8>LF)
  const end = bytes + size
  let count: u32 = 0
  for (let block = bytes; block < end; block += 64) {
    const found = equalMask(block, delimiters) | equalMask(block, feeds)
    count += <u32>popcnt(before(found, block, end))
  }
  return count
}

/**
 * The fields of the records that begin in the first `limit` bytes; see the door. Characters are -1 where there is no such.
 * False where something is not as it should be. Totals: records, and where the first begins that is not whole.
 */
export function csvRecords(
  bytes: usize,
  size: usize,
  limit: usize,
  delimiter: i32,
  quote: i32,
  comment: i32,
  isLast: bool,
  starts: usize,
  ends: usize,
  quoted: usize,
  rowEnds: usize,
  rowStarts: usize,
  totals: usize,
): bool {
  quoteByte = quote
  startsAt = starts
  endsAt = ends
  quotedAt = quoted
  rowEndsAt = rowEnds
  rowStartsAt = rowStarts
  base = bytes
  endOfBytes = bytes + size
  fields = 0
  rows = 0
  fieldStart = bytes
  rowStart = bytes
  fieldsBefore = 0
  const isWell = scan(bytes, bytes + size, bytes + limit, delimiter, comment, isLast)
  store<u32>(totals, rows)
  store<u32>(totals + 4, <u32>(rowStart - bytes))
  return isWell
}

function scan(
  start: usize,
  end: usize,
  limit: usize,
  delimiter: i32,
  comment: i32,
  isLast: bool,
): bool {
  const delimiters = i8x16.splat(<i8>delimiter)
  const feeds = i8x16.splat(<i8>LF)
  const quoteMarks = i8x16.splat(<i8>quoteByte)
  let inside: u64 = 0
  let quotes: u32 = 0
  let quotesBefore: u32 = 0
  if (start < end && isByte(start, comment)) return false
  for (let block = start; block < end; block += 64) {
    const marks = quoteByte < 0 ? 0 : before(equalMask(block, quoteMarks), block, end)
    // All ones between an odd mark and the next.
    inside ^= between(marks)
    let found = equalMask(block, delimiters) | equalMask(block, feeds)
    found = before(found, block, end) & ~inside
    while (found) {
      const place = ctz(found)
      const at = block + <usize>place
      const count = quotes + <u32>popcnt(marks & ((<u64>1 << place) - 1))
      const isFeed = load<u8>(at) == LF
      if (!endField(at, isFeed, count - quotesBefore)) return false
      quotesBefore = count
      if (isFeed) {
        if (rowStart >= limit) return true
        if (rowStart < end && isByte(rowStart, comment)) return false
      }
      found &= found - 1
    }
    quotes += <u32>popcnt(marks)
    inside = <u64>(<i64>inside >> 63)
  }
  if (!isLast) return quotes == quotesBefore || mayGoOn(fieldStart, end)
  if (fieldStart >= end && fields == fieldsBefore) return true
  // The last line has no end, and must not end within quotes.
  return inside == 0 && endField(end, true, quotes - quotesBefore)
}

// @ts-ignore: decorator
@inline
function isByte(at: usize, byte: i32): bool {
  return byte >= 0 && load<u8>(at) == <u8>byte
}

/** A delimiter, a line end or the end of the file stands at `at`, outside of quotes. False where the field is not well-formed. */
// @ts-ignore: decorator
@inline
function endField(at: usize, isLineEnd: bool, quotes: u32): bool {
  let from = fieldStart
  let to = at
  if (isLineEnd && to > from && load<u8>(to - 1) == CR) to--
  fieldStart = at + 1
  // An empty line is no record; a lone return at the end of the file is one.
  if (isLineEnd && to == from && fields == fieldsBefore && at < endOfBytes) {
    rowStart = at + 1
    return true
  }
  let mark: u8 = 0
  if (quotes > 0) {
    if (to - from < 2 || !isByte(from, quoteByte) || !isByte(to - 1, quoteByte)) return false
    from++
    to--
    if (quotes > 2 && !areDoubled(from, to)) return false
    mark = quotes > 2 ? 2 : 1
  }
  store<u32>(startsAt + (<usize>fields << 2), <u32>(from - base))
  store<u32>(endsAt + (<usize>fields << 2), <u32>(to - base))
  store<u8>(quotedAt + <usize>fields, mark)
  fields++
  if (isLineEnd) {
    store<u32>(rowEndsAt + (<usize>rows << 2), fields)
    store<u32>(rowStartsAt + (<usize>rows << 2), <u32>(rowStart - base))
    rows++
    rowStart = at + 1
    fieldsBefore = fields
  }
  return true
}

/** Whether a field with quotes in it, of which only the beginning is there, may be well-formed. */
function mayGoOn(from: usize, end: usize): bool {
  if (!isByte(from, quoteByte)) return false
  for (let at = from + 1; at + 1 < end; at++) {
    if (load<u8>(at) != <u8>quoteByte) continue
    // One alone ends the field: behind it is the end, or a return and the end.
    if (load<u8>(at + 1) != <u8>quoteByte) return load<u8>(at + 1) == CR && at + 2 == end
    at++
  }
  return true
}

/** Whether each quote has another one behind it. */
function areDoubled(from: usize, to: usize): bool {
  for (let at = from; at < to; at++) {
    if (load<u8>(at) != <u8>quoteByte) continue
    at++
    if (at >= to || load<u8>(at) != <u8>quoteByte) return false
  }
  return true
}
