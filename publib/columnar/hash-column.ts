import { kernels } from '#publib/kernels'
import {
  finishHash,
  HASH_NODES_MAX,
  HASH_SEED,
  hashString,
  hashValue,
  mixHash,
  mixHashWord,
} from '#publib/util'
import type { Column } from './column.ts'
import { valuesOf } from './materialize.ts'

/**
 * hashValue of each value of a column. Plain values are hashed by `hashPlain`, which may be given for values that throw when
 * they are looked at.
 */
export function hashColumn(column: Column, hashPlain = hashValue): Int32Array {
  if (nodesIn(column) > HASH_NODES_MAX) return hashValues(valuesOf(column), hashPlain)
  switch (column.kind) {
    case 'f64':
    case 'i32':
      return kernels().hashNumbers(column.values)
    case 'utf8':
      return kernels().hashTexts({ starts: undefined, ...column })
    case 'bool':
      return hashBits(column.values)
    case 'constant':
      return new Int32Array(column.rows).fill(hashAbsent(column.value))
    case 'nullable':
      return hashNullable(column.marks, hashColumn(column.values))
    case 'tuple':
      return hashTuples(column)
    case 'record':
      return hashRecords(column)
    case 'list':
      return hashLists(column.lengths, hashColumn(column.items))
    default:
      return hashValues(valuesOf(column), hashPlain)
  }
}

/**
 * The most objects that are hashed for one value, for hashValue stops at a limit: values of more, and those of which nobody
 * knows, are hashed one by one.
 */
function nodesIn(column: Column): number {
  switch (column.kind) {
    case 'values':
      return Number.POSITIVE_INFINITY
    case 'date':
    case 'bytes':
      return 1
    case 'nullable':
      return nodesIn(column.values)
    case 'tuple':
    case 'record':
      return column.fields.reduce((sum, field) => sum + nodesIn(field), 1)
    case 'list': {
      // A group is hashed by its size alone, as the object that it is.
      if (column.isGroup) return Number.POSITIVE_INFINITY
      const each = nodesIn(column.items)
      return each === 0 ? 1 : 1 + each * column.lengths.reduce((a, b) => Math.max(a, b), 0)
    }
    default:
      return 0
  }
}

function hashValues(values: readonly unknown[], hash: (value: unknown) => number): Int32Array {
  const hashes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) hashes[i] = hash(values[i])
  return hashes
}

function hashAbsent(value: null | undefined): number {
  return value === null ? HASH_SEED.null : HASH_SEED.undefined
}

function hashBits(bits: Uint8Array): Int32Array {
  const hashes = new Int32Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    hashes[i] = bits[i] === 1 ? HASH_SEED.true : HASH_SEED.false
  }
  return hashes
}

function hashNullable(marks: Uint8Array, present: Int32Array): Int32Array {
  const hashes = new Int32Array(marks.length)
  let next = 0
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]
    hashes[i] = mark === 0 ? present[next++]! : mark === 1 ? HASH_SEED.null : HASH_SEED.undefined
  }
  return hashes
}

/** As arrays are hashed: item by item. */
function hashTuples({ rows, fields }: Column & { kind: 'tuple' }): Int32Array {
  const hashes = new Int32Array(rows).fill(HASH_SEED.array)
  for (const field of fields) {
    const items = hashColumn(field)
    for (let i = 0; i < rows; i++) hashes[i] = mixHashWord(hashes[i]!, items[i]!)
  }
  for (let i = 0; i < rows; i++) hashes[i] = finishHash(hashes[i]!, fields.length)
  return hashes
}

/** As objects are hashed: the sum of their fields. */
function hashRecords({ rows, keys, fields }: Column & { kind: 'record' }): Int32Array {
  const hashes = new Int32Array(rows)
  for (const [k, field] of fields.entries()) {
    const key = hashString(keys[k]!)
    const items = hashColumn(field)
    for (let i = 0; i < rows; i++) {
      hashes[i] = (hashes[i]! + mixHash(mixHashWord(key, items[i]!))) | 0
    }
  }
  for (let i = 0; i < rows; i++) {
    hashes[i] = finishHash(mixHashWord(HASH_SEED.object, hashes[i]!), keys.length)
  }
  return hashes
}

function hashLists(lengths: Uint32Array, items: Int32Array): Int32Array {
  const hashes = new Int32Array(lengths.length)
  let next = 0
  for (let i = 0; i < lengths.length; i++) {
    let hash: number = HASH_SEED.array
    for (let left = lengths[i]!; left > 0; left--) hash = mixHashWord(hash, items[next++]!)
    hashes[i] = finishHash(hash, lengths[i]!)
  }
  return hashes
}
