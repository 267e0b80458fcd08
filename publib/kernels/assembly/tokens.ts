import { before, blockOf, equalMask, from, highMask, rangeMask } from './masks'

// Rows are found alike everywhere: `starts` is 0 where they stand one behind the other; all places count from `bytes`.
// Masks of blocks are kept from row to row, for rows mostly lie one behind the other.

/** How many tokens all rows together have at most, where the separator begins with byte `first`. */
export function countTokens(
  bytes: usize,
  starts: usize,
  lengths: usize,
  rows: u32,
  first: u32,
): u32 {
  const wanted = i8x16.splat(<i8>first)
  let count: u64 = rows
  let block: usize = ~(<usize>0)
  let mask: u64 = 0
  let end = bytes
  for (let row: usize = 0; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    end = start + load<u32>(lengths + (row << 2))
    for (let at = blockOf(start); at < end; at += 64) {
      if (at != block) {
        block = at
        mask = equalMask(at, wanted)
      }
      count += popcnt(before(from(mask, at, start), at, end))
    }
  }
  return <u32>count
}

/** The tokens of each row and their counts; how many there are in all. */
export function splitTokens(
  bytes: usize,
  starts: usize,
  lengths: usize,
  rows: u32,
  separator: usize,
  size: usize,
  tokenStarts: usize,
  tokenLengths: usize,
  counts: usize,
): u32 {
  const wanted = i8x16.splat(<i8>load<u8>(separator))
  let count: usize = 0
  let block: usize = ~(<usize>0)
  let mask: u64 = 0
  let end = bytes
  for (let row: usize = 0; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    end = start + load<u32>(lengths + (row << 2))
    const already = count
    let token = start
    for (let at = blockOf(start); at < end; at += 64) {
      if (at != block) {
        block = at
        mask = equalMask(at, wanted)
      }
      let places = before(from(mask, at, start), at, end)
      if (size > 1) {
        while (places) {
          const place = at + <usize>ctz(places)
          places &= places - 1
          if (!isSeparator(place, token, end, separator, size)) continue
          store<u32>(tokenStarts + (count << 2), <u32>(token - bytes))
          store<u32>(tokenLengths + (count << 2), <u32>(place - token))
          count++
          token = place + size
        }
        continue
      }
      // Four at a time, also where there are fewer: what is too much is written over. A guess less for the processor.
      const more = <usize>popcnt(places)
      const next = more ? at + 64 - <usize>clz(places) : token
      let to = count << 2
      while (places) {
        const a = at + <usize>ctz(places)
        places &= places - 1
        const b = at + <usize>ctz(places)
        places &= places - 1
        const c = at + <usize>ctz(places)
        places &= places - 1
        const d = at + <usize>ctz(places)
        places &= places - 1
        store<u32>(tokenStarts + to, <u32>(token - bytes))
        store<u32>(tokenLengths + to, <u32>(a - token))
        store<u32>(tokenStarts + to, <u32>(a + 1 - bytes), 4)
        store<u32>(tokenLengths + to, <u32>(b - a - 1), 4)
        store<u32>(tokenStarts + to, <u32>(b + 1 - bytes), 8)
        store<u32>(tokenLengths + to, <u32>(c - b - 1), 8)
        store<u32>(tokenStarts + to, <u32>(c + 1 - bytes), 12)
        store<u32>(tokenLengths + to, <u32>(d - c - 1), 12)
        token = d + 1
        to += 16
      }
      count += more
      token = next
    }
    store<u32>(tokenStarts + (count << 2), <u32>(token - bytes))
    store<u32>(tokenLengths + (count << 2), <u32>(end - token))
    count++
    store<u32>(counts + (row << 2), <u32>(count - already))
  }
  return <u32>count
}

function isSeparator(
  place: usize,
  token: usize,
  end: usize,
  separator: usize,
  size: usize,
): bool {
  if (place < token || place + size > end) return false
  for (let i: usize = 1; i < size; i++) {
    if (load<u8>(place + i) != load<u8>(separator + i)) return false
  }
  return true
}

/** How many tokens all rows together have at most, between white space. */
export function countWords(bytes: usize, starts: usize, lengths: usize, rows: u32): u32 {
  let count: u64 = rows
  let block: usize = ~(<usize>0)
  let mask: u64 = 0
  let end = bytes
  for (let row: usize = 0; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    end = start + load<u32>(lengths + (row << 2))
    for (let at = blockOf(start); at < end; at += 64) {
      if (at != block) {
        block = at
        mask = spaceMask(at)
      }
      const inside = before(from(mask, at, start), at, end)
      count += popcnt(inside & ~(inside << 1))
    }
  }
  return <u32>count
}

/** As splitTokens, between runs of white space. */
export function splitWords(
  bytes: usize,
  starts: usize,
  lengths: usize,
  rows: u32,
  tokenStarts: usize,
  tokenLengths: usize,
  counts: usize,
): u32 {
  let count: usize = 0
  let block: usize = ~(<usize>0)
  let mask: u64 = 0
  let end = bytes
  for (let row: usize = 0; row < rows; row++) {
    const start = starts ? bytes + load<u32>(starts + (row << 2)) : end
    end = start + load<u32>(lengths + (row << 2))
    const already = count
    let token = start
    let isSpace = false
    let carry: u64 = 0
    for (let at = blockOf(start); at < end; at += 64) {
      if (at != block) {
        block = at
        mask = spaceMask(at)
      }
      const spaces = from(mask, at, start)
      let edges = before(spaces ^ ((spaces << 1) | carry), at, end)
      carry = spaces >> 63
      while (edges) {
        const place = at + <usize>ctz(edges)
        edges &= edges - 1
        if (!isSpace) {
          store<u32>(tokenStarts + (count << 2), <u32>(token - bytes))
          store<u32>(tokenLengths + (count << 2), <u32>(place - token))
          count++
        }
        token = place
        isSpace = !isSpace
      }
    }
    if (isSpace) token = end
    store<u32>(tokenStarts + (count << 2), <u32>(token - bytes))
    store<u32>(tokenLengths + (count << 2), <u32>(end - token))
    count++
    store<u32>(counts + (row << 2), <u32>(count - already))
  }
  return <u32>count
}

/** Where bytes belong to white space. */
// @ts-ignore: decorator
@inline
function spaceMask(block: usize): u64 {
  const ascii =
    equalMask(block, i8x16.splat(32)) | rangeMask(block, i8x16.splat(9), i8x16.splat(4))
  return highMask(block) ? ascii | wideSpaceMask(block) : ascii
}

/** Where bytes belong to white space beyond ASCII; it may begin up to two bytes before the block. */
function wideSpaceMask(block: usize): u64 {
  let leads =
    equalMask(block, i8x16.splat(<i8>0xc2)) |
    rangeMask(block, i8x16.splat(<i8>0xe1), i8x16.splat(2)) |
    equalMask(block, i8x16.splat(<i8>0xef))
  let mask: u64 = 0
  while (leads) {
    const place = ctz(leads)
    leads &= leads - 1
    const size = wideSpaceSize(block + <usize>place)
    if (size) mask |= (((<u64>1) << size) - 1) << place
  }
  const before1 = wideSpaceSize(block - 1)
  if (before1 > 1) mask |= ((<u64>1) << (before1 - 1)) - 1
  if (wideSpaceSize(block - 2) > 2) mask |= 1
  return mask
}

/** U+00A0, 1680, 2000 to 200A, 2028, 2029, 202F, 205F, 3000, FEFF. */
function wideSpaceSize(place: usize): u64 {
  const a = load<u8>(place)
  if (a < 0xc2) return 0
  const b = load<u8>(place, 1)
  if (a == 0xc2) return b == 0xa0 ? 2 : 0
  const c = load<u8>(place, 2)
  if (a == 0xe1) return b == 0x9a && c == 0x80 ? 3 : 0
  if (a == 0xe2) {
    if (b == 0x81) return c == 0x9f ? 3 : 0
    if (b != 0x80) return 0
    return (c >= 0x80 && c <= 0x8a) || c == 0xa8 || c == 0xa9 || c == 0xaf ? 3 : 0
  }
  if (a == 0xe3) return b == 0x80 && c == 0x80 ? 3 : 0
  return a == 0xef && b == 0xbb && c == 0xbf ? 3 : 0
}
