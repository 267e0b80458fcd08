import type { Batch } from '#publib/columnar'
import { readAvro } from '#publib/datasource/avro'
import {
  readFiles,
  readFixedRecords,
  readObjects,
  type Split,
  textOfFile,
} from '#publib/datasource/binary'
import type { Encoding } from '#publib/datasource/reading'
import type { ComputeContext } from '../compute-context.ts'
import { type FileScan, FilesLineage } from '../files-lineage.ts'
import type { About, Fields, PartitionData } from '../lineage.ts'
import type { Parts } from '../operator.ts'
import type { Preparation } from '../preparation.ts'

/** What becomes of the bytes of files. */
export type BinaryKind =
  /** `[path, text]` of each file. */
  | { readonly kind: 'texts'; readonly encoding: Encoding }
  /** `[path, bytes]` of each file. */
  | { readonly kind: 'files' }
  /** Records of equal length. */
  | { readonly kind: 'records'; readonly recordBytes: number }
  /** Records of Avro files. */
  | { readonly kind: 'avro' }
  /** What saveAsObjectFile wrote. */
  | { readonly kind: 'objects' }

export interface BinaryScan extends FileScan {
  readonly binary: BinaryKind
}

/** Elements of files that are read by bytes and not by lines. */
export class BinarySource extends FilesLineage<unknown> {
  static readonly tag = 'binary'
  override readonly tag = BinarySource.tag
  readonly #scan: BinaryScan

  constructor(about: About, scan: BinaryScan, numPartitions?: number) {
    super(about, scan, undefined, numPartitions)
    this.#scan = scan
  }

  static decode(parts: Parts): BinarySource {
    const { scan, numPartitions } = parts.fields
    return new BinarySource(parts.about, scan as BinaryScan, numPartitions as number)
  }

  /** Only records of equal length begin at places that are known, and only blocks of Avro behind marks. */
  protected override get cuts(): 'anywhere' | 'betweenFiles' {
    const { kind } = this.#scan.binary
    return kind === 'records' || kind === 'avro' ? 'anywhere' : 'betweenFiles'
  }

  override async prepare(preparation: Preparation): Promise<void> {
    await super.prepare(preparation)
    this.settle()
  }

  override compute(partition: number, context: ComputeContext): Iterable<Batch<unknown>> {
    const split = context.partitionData(this, partition).fields as Split
    const { files } = context.environment
    const { metrics } = context
    const { binary } = this.#scan
    switch (binary.kind) {
      case 'records':
        return readFixedRecords(split, binary.recordBytes, files, metrics)
      case 'avro':
        return readAvro(split, files, metrics)
      case 'objects':
        return readObjects(split, files, metrics)
      case 'files':
        return readFiles(split, files, metrics)
      case 'texts':
        return texts(readFiles(split, files, metrics), binary.encoding)
    }
  }

  override partitionData(partition: number): PartitionData | undefined {
    const split = this.splits?.[partition]
    return split === undefined ? undefined : { fields: split }
  }

  override fields(): Fields {
    return { scan: this.#scan, numPartitions: this.numPartitions }
  }
}

function* texts(
  files: Iterable<Batch<[string, Uint8Array]>>,
  encoding: Encoding,
): Generator<Batch<[string, string]>> {
  for (const batch of files) yield batch.map(([path, bytes]) => [path, textOfFile(bytes, encoding)])
}
