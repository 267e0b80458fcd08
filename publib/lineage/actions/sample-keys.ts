import { type Batch, type Column, gatherColumn, rowsOf, valuesOf } from '#publib/columnar'
import { mixSeed, SeededRandom } from '#publib/util'
import { Action, type ActionParts, actionRoot, type Sampler } from '../action.ts'
import type { ComputeContext } from '../compute-context.ts'
import { notAPair } from '../errors.ts'
import type { Fields } from '../lineage.ts'
import { Reservoir } from '../reservoir.ts'
import type { Root } from '../root.ts'

export interface KeySample {
  /** Records of the partition. */
  readonly count: number
  readonly keys: readonly unknown[]
}

/** Keys of a partition, each as likely to be taken as any other; the same ones whenever the partition is the same. */
export class SampleKeys extends Action<unknown, KeySample> {
  static readonly tag = 'sampleKeys'
  override readonly tag = SampleKeys.tag
  readonly size: number
  readonly key: Root<(key: never) => unknown> | undefined

  constructor(size: number, key: Root<(key: never) => unknown> | undefined) {
    super()
    this.size = size
    this.key = key
  }

  static decode(parts: ActionParts): SampleKeys {
    const key = parts.roots.length > 0 ? actionRoot<(key: never) => unknown>(parts, 0) : undefined
    return new SampleKeys(parts.fields['size'] as number, key)
  }

  override run(
    records: Iterable<Batch<unknown>>,
    partition: number,
    context: ComputeContext,
  ): KeySample {
    const sample = new Reservoir<unknown>(this.size, this.#random(partition))
    let count = 0
    for (const batch of records) {
      const end = count + batch.length
      while (sample.next < end) sample.put(keyOf(batch[sample.next - count]))
      count = end
    }
    return this.#sampleOf(count, sample.items, context)
  }

  override runColumns(
    columns: Iterable<Column>,
    partition: number,
    context: ComputeContext,
  ): KeySample {
    const sampler = this.sampler(partition, context)
    for (const column of columns) {
      const rows = sampler.wanted(rowsOf(column))
      if (rows.length > 0) sampler.take(gatherColumn(column, rows))
    }
    return sampler.result()
  }

  override sampler(partition: number, context: ComputeContext): Sampler<KeySample> {
    const sample = new Reservoir<Box>(this.size, this.#random(partition))
    let count = 0
    let wanted: Box[] = []
    return {
      wanted: rows => {
        const end = count + rows
        const places: number[] = []
        wanted = []
        while (sample.next < end) {
          const box: Box = { key: undefined }
          places.push(sample.next - count)
          wanted.push(box)
          sample.put(box)
        }
        count = end
        return Uint32Array.from(places)
      },
      take: records => {
        for (const [i, key] of keysOf(records).entries()) wanted[i]!.key = key
      },
      result: () => {
        const keys = sample.items.map(({ key }) => key)
        return this.#sampleOf(count, keys, context)
      },
    }
  }

  #random(partition: number): SeededRandom {
    return new SeededRandom(mixSeed(this.size, partition))
  }

  #sampleOf(count: number, keys: readonly unknown[], context: ComputeContext): KeySample {
    if (this.key === undefined) return { count, keys }
    const key = context.root(this.key) as (key: unknown) => unknown
    return { count, keys: keys.map(value => key(value)) }
  }

  override fields(): Fields {
    return { size: this.size }
  }

  override roots(): readonly Root[] {
    return this.key === undefined ? [] : [this.key]
  }
}

function keyOf(record: unknown): unknown {
  if (!Array.isArray(record)) throw notAPair('sortByKey()', record)
  return record[0]
}

/** A place for a key that is read later. */
interface Box {
  key: unknown
}

function keysOf(records: Column): unknown[] {
  return records.kind === 'tuple' ? valuesOf(records.fields[0]!) : valuesOf(records).map(keyOf)
}
