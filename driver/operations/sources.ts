import { absolutePath, codecNamed } from '#publib/datasource'
import {
  atCallSite,
  Empty,
  type Lineage,
  NumberRange,
  ParallelCollection,
  SourceScan,
  StreamedCollection,
  sliceData,
  type TextScan,
} from '#publib/lineage'
import { encodeValue } from '#publib/serialization'
import type { FromStreamOptions, ParallelizeOptions, Paths, TextOptions } from '../options.ts'
import { finiteNumber, options as optionsOf, wholeNumber } from './arguments.ts'
import { invalidArgument } from './errors.ts'
import type { Operation } from './operation.ts'

/** The data as they are now: encoded at once, so later changes are not seen and what cannot travel fails here. */
export function parallelize<T>(
  op: Operation,
  data: Iterable<T>,
  slices: number | ParallelizeOptions | undefined,
  defaultSlices: number,
): Lineage<T> {
  const isIterable = typeof data === 'object' && data !== null && Symbol.iterator in data
  if (!isIterable && typeof data !== 'string') {
    throw invalidArgument(op, 'data', data, 'an array or another iterable')
  }
  const { numSlices, name, preferredLocations } = slicing(op, slices, defaultSlices)
  const elements = Array.isArray(data) ? (data as readonly T[]) : [...data]
  const about = op.about('ParallelCollectionRDD', name)
  noteLostClasses(op, elements[0])
  return new ParallelCollection<T>(about, sliceData(elements, numSlices, preferredLocations))
}

/** By the first element, which stands for the others; one that cannot travel is refused with its place elsewhere. */
function noteLostClasses({ origin }: Operation, element: unknown): void {
  if (typeof element !== 'object' || element === null) return
  try {
    encodeValue(element, { onLostClass: className => origin.onLostClass(className) })
  } catch {
    // Told by whoever encodes all of them.
  }
}

export function range(
  op: Operation,
  { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
  slices: number | ParallelizeOptions | undefined,
  defaultSlices: number,
): Lineage<number> {
  finiteNumber(op, 'start', start)
  finiteNumber(op, 'end', end)
  if (finiteNumber(op, 'step', step) === 0) {
    throw invalidArgument(op, 'step', step, 'a number other than 0')
  }
  const { numSlices, name } = slicing(op, slices, defaultSlices)
  const count = Math.max(0, Math.ceil((end - start) / step))
  if (!Number.isSafeInteger(count)) throw invalidArgument(op, 'end', end, 'at most 2^53 numbers')
  return new NumberRange(op.about('RangeRDD', name), { start, step, count, numSlices })
}

/** A stream is read by the first action, never here. */
export function fromStream<T>(
  op: Operation,
  elements: AsyncIterable<T>,
  given: FromStreamOptions | undefined,
): Lineage<T> {
  const { partitionElements, name } = optionsOf<FromStreamOptions>(op, 'options', given)
  const isSource =
    typeof elements === 'object' && elements !== null && Symbol.asyncIterator in elements
  if (!isSource) {
    throw invalidArgument(
      op,
      'source',
      elements,
      'a Node stream, a web stream or an async iterable',
    )
  }
  if (partitionElements !== undefined) wholeNumber(op, 'partitionElements', partitionElements, 1)
  return new StreamedCollection(op.about('StreamRDD', name), { elements, partitionElements })
}

export function empty(op: Operation): Lineage<never> {
  return new Empty(op.about('EmptyRDD'))
}

/** Files are looked for by the first action, never here. @throws PATH_REFUSED, CODEC_UNAVAILABLE */
export function textFile(
  op: Operation,
  path: Paths,
  minPartitions: number | TextOptions | undefined,
  defaultMinPartitions: number,
): Lineage<string> {
  const given: TextOptions =
    typeof minPartitions === 'number'
      ? { minPartitions }
      : optionsOf<TextOptions>(op, 'minPartitions', minPartitions)
  const { encoding, ...scan } = fileScan(op, path, given, defaultMinPartitions)
  return new SourceScan(op.about('TextFileRDD', given.name), { ...scan, encoding })
}

const ENCODINGS = ['utf8', 'utf16le', 'latin1'] as const

/** Which files are to be read, and how their text is encoded. @throws INVALID_ARGUMENT, PATH_REFUSED, CODEC_UNAVAILABLE */
export function fileScan(
  op: Operation,
  path: Paths,
  { encoding = 'utf8', codec, minPartitions }: TextOptions,
  defaultMinPartitions: number,
): TextScan {
  const paths: readonly unknown[] = typeof path === 'string' ? [path] : path
  if (!Array.isArray(paths) || !paths.every(one => typeof one === 'string')) {
    throw invalidArgument(op, 'path', path, 'a path or an array of paths')
  }
  if (!ENCODINGS.includes(encoding)) {
    throw invalidArgument(op, 'encoding', encoding, `one of ${ENCODINGS.join(', ')}`)
  }
  const min = wholeNumber(op, 'minPartitions', minPartitions ?? defaultMinPartitions, 1)
  try {
    const named = codec === undefined ? undefined : codecNamed(codec)
    return { paths: paths.map(absolutePath), minPartitions: min, encoding, codec: named }
  } catch (error) {
    throw atCallSite(error, op.callSite)
  }
}

function slicing(
  op: Operation,
  slices: number | ParallelizeOptions | undefined,
  defaultSlices: number,
): ParallelizeOptions & { readonly numSlices: number } {
  const given =
    typeof slices === 'number'
      ? { numSlices: slices }
      : optionsOf<ParallelizeOptions>(op, 'numSlices', slices)
  return { ...given, numSlices: wholeNumber(op, 'numSlices', given.numSlices ?? defaultSlices, 1) }
}
