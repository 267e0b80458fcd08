import {
  bytesOfSplits,
  type Codec,
  listInputs,
  planSplits,
  planWholeFiles,
  type Split,
} from '#publib/datasource/reading'
import type { ComputeContext } from './compute-context.ts'
import { atCallSite, notPrepared } from './errors.ts'
import { type About, type Dependency, Lineage } from './lineage.ts'
import type { Preparation } from './preparation.ts'
import type { Root } from './root.ts'

/** Which files are to be read. */
export interface FileScan {
  /** Absolute; files, folders and patterns. */
  readonly paths: readonly string[]
  readonly minPartitions: number
  /** Undefined: told by the names of files. */
  readonly codec: Codec | undefined
}

/** The user's accumulator for records that cannot be read. */
export type MalformedCount = Root<{ add(count: number): void }>

/** Records of files, which are listed and cut in splits once, by the first action; each task is sent its own split. */
export abstract class FilesLineage<out T> extends Lineage<T> {
  override readonly parents: readonly Lineage<unknown>[] = []
  override readonly dependencies: readonly Dependency[] = []
  protected splits: readonly Split[] | undefined
  readonly #files: FileScan
  readonly #malformed: MalformedCount | undefined
  #numPartitions: number | undefined

  constructor(
    about: About,
    files: FileScan,
    malformed: MalformedCount | undefined,
    numPartitions: number | undefined,
  ) {
    super(about)
    this.#files = files
    this.#malformed = malformed
    this.#numPartitions = numPartitions
  }

  /** Where partitions may begin. Files that are not cut share partitions by their sizes. */
  protected get cuts(): 'anywhere' | 'betweenFiles' {
    return 'anywhere'
  }

  protected override isSettled(): boolean {
    return this.#numPartitions !== undefined
  }

  override async prepare({ files }: Preparation): Promise<void> {
    const { paths, minPartitions, codec } = this.#files
    try {
      const found = await listInputs(paths, files, { codec })
      const isCut = this.cuts === 'anywhere'
      this.splits = isCut ? planSplits(found, minPartitions) : planWholeFiles(found, minPartitions)
    } catch (error) {
      throw atCallSite(error, this.about.callSite)
    }
  }

  /** Splits stay as they are from now on. */
  protected settle(): void {
    this.#numPartitions = this.splits?.length ?? 0
  }

  override get numPartitions(): number {
    if (this.#numPartitions === undefined) throw notPrepared(this.about.operator)
    return this.#numPartitions
  }

  /** What the user gave: files, folders and patterns. */
  get paths(): readonly string[] {
    return this.#files.paths
  }

  /** The files that it reads, once they are listed. */
  get files(): readonly string[] {
    const ranges = (this.splits ?? []).flatMap(split => split.ranges)
    return [...new Set(ranges.map(({ path }) => path))]
  }

  /** A record that is a whole file may be much work. */
  override inputBytes(): number | undefined {
    return this.cuts === 'anywhere' && this.splits ? bytesOfSplits(this.splits) : undefined
  }

  /** What to call for each record that cannot be read. */
  protected malformedIn(context: ComputeContext): () => void {
    const malformed = this.#malformed
    if (malformed === undefined) return () => undefined
    const accumulator = context.root(malformed)
    return () => accumulator.add(1)
  }

  override roots(): readonly Root[] {
    return this.#malformed === undefined ? [] : [this.#malformed]
  }
}
