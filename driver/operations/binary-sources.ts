import { type BinaryKind, BinarySource, type Lineage } from '#publib/lineage'
import type { Paths, ReadOptions, TextOptions } from '../options.ts'
import { options as optionsOf, wholeNumber } from './arguments.ts'
import type { Operation } from './operation.ts'
import { fileScan } from './sources.ts'

/** What all of them are given. */
export interface BinaryArguments {
  readonly path: Paths
  readonly minPartitions: number | ReadOptions | undefined
  readonly defaultMinPartitions: number
}

/** `[path, text]` of each file. @throws PATH_REFUSED, CODEC_UNAVAILABLE */
export function wholeTextFiles(op: Operation, given: BinaryArguments): Lineage<[string, string]> {
  const source = binary(op, 'WholeTextFileRDD', given, encoding => ({ kind: 'texts', encoding }))
  return source as Lineage<[string, string]>
}

/** `[path, bytes]` of each file. */
export function binaryFiles(op: Operation, given: BinaryArguments): Lineage<[string, Buffer]> {
  const source = binary(op, 'BinaryFileRDD', given, () => ({ kind: 'files' }))
  return source as Lineage<[string, Buffer]>
}

/** Records of equal length. */
export function binaryRecords(
  op: Operation,
  given: BinaryArguments,
  recordLengthBytes: number,
): Lineage<Buffer> {
  const recordBytes = wholeNumber(op, 'recordLengthBytes', recordLengthBytes, 1)
  const source = binary(op, 'BinaryRecordsRDD', given, () => ({ kind: 'records', recordBytes }))
  return source as Lineage<Buffer>
}

/** What saveAsObjectFile wrote. */
export function objectFile(op: Operation, given: BinaryArguments): Lineage<unknown> {
  return binary(op, 'ObjectFileRDD', given, () => ({ kind: 'objects' }))
}

/** One object a record. */
export function avro(op: Operation, given: BinaryArguments): Lineage<unknown> {
  return binary(op, 'AvroRDD', given, () => ({ kind: 'avro' }))
}

function binary(
  op: Operation,
  operator: string,
  { path, minPartitions, defaultMinPartitions }: BinaryArguments,
  kindOf: (encoding: NonNullable<TextOptions['encoding']>) => BinaryKind,
): Lineage<unknown> {
  const given: TextOptions =
    typeof minPartitions === 'number'
      ? { minPartitions }
      : optionsOf<TextOptions>(op, 'minPartitions', minPartitions)
  const { encoding, ...files } = fileScan(op, path, given, defaultMinPartitions)
  return new BinarySource(op.about(operator, given.name), { ...files, binary: kindOf(encoding) })
}
