import {
  type IndexFile,
  type MapOutputId,
  mapOutputDataName,
  mapOutputIndexName,
  parseIndexFile,
  rangeInData,
} from '#publib/blocks'
import type { Files } from '#publib/env'
import type { MapOutputRange } from '#publib/protocol'
import type { ApplicationId } from '#publib/util'

/** Where the bytes of a range are, or why there are none. */
export type Located =
  | {
      readonly kind: 'found'
      readonly path: string
      readonly offset: number
      readonly length: number
    }
  | { readonly kind: 'missing'; readonly reason: string }

/** Indexes kept, the latest read; one of 1000 reducers is 12 KB. */
const INDEXES_MAX = 512
const INDEX_BYTES_MAX = 16 * 1024 * 1024

/**
 * Finds map outputs by their ids alone: the names of files are made here, from numbers. An index that does not fit its
 * data file is set aside, so that nobody gets a part of a map output for the whole.
 */
export class MapOutputReader {
  readonly #files: Files
  readonly #root: string
  readonly #indexes = new Map<string, IndexFile>()

  constructor(files: Files, root: string) {
    this.#files = files
    this.#root = root
  }

  async locate(applicationId: ApplicationId, range: MapOutputRange): Promise<Located> {
    const folder = `${this.#root}/${applicationId}/shuffle`
    const index = await this.#index(folder, range)
    if (index === undefined) return missing('there is no such map output here')
    const place = rangeInData(index, range.start, range.end)
    if (place === undefined) {
      return missing(`it has ${index.checksums.length} partitions, not ${range.end}`)
    }
    return { kind: 'found', path: `${folder}/${mapOutputDataName(range)}`, ...place }
  }

  /** The next time it is asked for, it is not there. */
  async setAside(applicationId: ApplicationId, id: MapOutputId): Promise<void> {
    const path = `${this.#root}/${applicationId}/shuffle/${mapOutputIndexName(id)}`
    this.#indexes.delete(path)
    await this.#files.rename(path, `${path}.corrupt`).catch(() => undefined)
  }

  async #index(folder: string, id: MapOutputId): Promise<IndexFile | undefined> {
    const path = `${folder}/${mapOutputIndexName(id)}`
    const known = this.#indexes.get(path)
    if (known !== undefined) return known
    const index = await this.#readIndex(path)
    if (index === undefined || !isOf(index, id)) return undefined
    const data = await this.#files.stat(`${folder}/${mapOutputDataName(id)}`)
    if (data?.kind !== 'file' || data.size !== index.offsets.at(-1)) {
      await this.#files.rename(path, `${path}.corrupt`).catch(() => undefined)
      return undefined
    }
    this.#remember(path, index)
    return index
  }

  async #readIndex(path: string): Promise<IndexFile | undefined> {
    try {
      const found = await this.#files.stat(path)
      if (found?.kind !== 'file' || found.size > INDEX_BYTES_MAX) return undefined
      return parseIndexFile(await this.#files.readFile(path))
    } catch {
      // Deleted with its application in this moment, or unreadable: for a reader it is not there.
      return undefined
    }
  }

  #remember(path: string, index: IndexFile): void {
    this.#indexes.set(path, index)
    const [oldest] = this.#indexes.keys()
    if (this.#indexes.size > INDEXES_MAX && oldest !== undefined) this.#indexes.delete(oldest)
  }
}

function isOf(index: IndexFile, id: MapOutputId): boolean {
  const { shuffleId, mapPartition, taskId } = index
  return shuffleId === id.shuffleId && mapPartition === id.mapPartition && taskId === id.taskId
}

function missing(reason: string): Located {
  return { kind: 'missing', reason }
}
