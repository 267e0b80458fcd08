import { Buffer } from 'node:buffer'
import type { JsonField, JsonKernels, JsonPath, Texts } from '../doors.ts'
import { plainKernels } from '../plain/plain-kernels.ts'
import type { Instance } from './instance.ts'
import { type JsonTables, jsonTables } from './json-tables.ts'
import type { WasmMemory } from './memory.ts'
import { placeTexts } from './placed-texts.ts'

interface Exports {
  jsonMemoryBytes(nodes: number): number
  jsonFields(...numbers: number[]): number
}

const NUMBER = 4
const TEXT = 5
/** What the module leaves to be done here: texts with escapes, and numbers of many digits. */
const ESCAPED = 6
const LONG_NUMBER = 7

export function jsonKernels({ memory, exports }: Instance): JsonKernels {
  const module = exports as Exports
  const known = new WeakMap<readonly JsonPath[], JsonTables>()
  return {
    jsonFields(texts, paths) {
      let tables = known.get(paths)
      if (tables === undefined) {
        tables = jsonTables(paths)
        known.set(paths, tables)
      }
      const found = memory.callIfRoom(() => {
        const fields = fieldsOf(memory, module, texts, paths.length, tables)
        return { fields }
      })
      return found === undefined ? plainKernels.jsonFields(texts, paths) : found.fields
    },
  }
}

function fieldsOf(
  memory: WasmMemory,
  module: Exports,
  texts: Texts,
  count: number,
  tables: JsonTables,
): readonly JsonField[] | undefined {
  const placed = placeTexts(memory, texts)
  if (placed === undefined) return plainKernels.jsonFields(texts, tables.paths)
  const { rows } = placed
  const { nodes, keys } = tables.putInto(memory)
  const own = memory.scratch(module.jsonMemoryBytes(tables.nodeCount))
  const kinds = memory.scratch(rows * count)
  const [values, starts, lengths] = [8, 4, 4].map(size => memory.scratch(rows * count * size)) as [
    number,
    number,
    number,
  ]
  const read = module.jsonFields(
    ...[placed.bytes, placed.starts, placed.lengths, rows],
    ...[nodes, tables.nodeCount, keys, count, own, kinds, values, starts, lengths],
  )
  if (read < rows) return undefined
  const fields: JsonField[] = []
  for (let i = 0; i < count; i++) {
    const first = i * rows
    const field = settled(texts.bytes, {
      kinds: memory.u8Result(kinds + first, rows),
      numbers: memory.f64Result(values + first * 8, rows),
      starts: memory.u32Result(starts + first * 4, rows),
      lengths: memory.u32Result(lengths + first * 4, rows),
    })
    if (field === undefined) return undefined
    fields.push(field)
  }
  return fields
}

interface Found {
  readonly kinds: Uint8Array
  readonly numbers: Float64Array
  readonly starts: Uint32Array
  readonly lengths: Uint32Array
}

/** With what the language is to be asked about; undefined where a text is none of UTF-8. */
function settled(bytes: Uint8Array, found: Found): JsonField | undefined {
  const { kinds, numbers, starts, lengths } = found
  let all = 0
  for (let row = 0; row < kinds.length; row++) all |= 1 << kinds[row]!
  if (all < 1 << ESCAPED) {
    return { kinds, found: all, numbers, texts: { bytes, starts, lengths } }
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const apart: Uint8Array[] = [bytes]
  let end = bytes.length
  for (let row = 0; row < kinds.length; row++) {
    const kind = kinds[row]!
    if (kind < ESCAPED) continue
    const from = starts[row]!
    const text = buffer.toString('utf8', from, from + lengths[row]!)
    if (kind === LONG_NUMBER) {
      kinds[row] = NUMBER
      numbers[row] = Number(text)
      lengths[row] = 0
      continue
    }
    const meant = JSON.parse(`"${text}"`) as string & { isWellFormed(): boolean }
    if (!meant.isWellFormed()) return undefined
    const own = Buffer.from(meant)
    apart.push(own)
    kinds[row] = TEXT
    starts[row] = end
    lengths[row] = own.length
    end += own.length
  }
  if (all & (1 << ESCAPED)) all |= 1 << TEXT
  if (all & (1 << LONG_NUMBER)) all |= 1 << NUMBER
  const whole = apart.length === 1 ? bytes : new Uint8Array(Buffer.concat(apart, end))
  const texts = { bytes: whole, starts, lengths }
  return { kinds, found: all & ((1 << ESCAPED) - 1), numbers, texts }
}
