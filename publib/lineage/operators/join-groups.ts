import { ArrayGroup, type Batch, type Column, type ValueGroup } from '#publib/columnar'
import { type JoinSides, joinColumns } from '#publib/shuffle'
import type { ComputeContext } from '../compute-context.ts'
import type { About, Fields, Lineage } from '../lineage.ts'
import { Narrow } from '../narrow.ts'
import { onlyParent, type Parts } from '../operator.ts'
import { EMIT_RECORDS } from '../records.ts'
import { CoGrouped } from './co-grouped.ts'

/** Which keys of only one side stay, with undefined for the other. */
export type JoinKind = 'inner' | 'left' | 'right' | 'full'
type Groups = readonly ValueGroup<unknown>[]

/** Each value of the first group with each of the second: what a join makes of a cogroup. */
export class JoinGroups<K> extends Narrow<readonly [K, Groups], [K, [unknown, unknown]]> {
  static readonly tag = 'joinGroups'
  override readonly tag = JoinGroups.tag
  readonly kind: JoinKind

  constructor(about: About, parent: Lineage<readonly [K, Groups]>, kind: JoinKind) {
    super(about, parent, true)
    this.kind = kind
  }

  static decode(parts: Parts): JoinGroups<unknown> {
    return new JoinGroups(parts.about, onlyParent(parts), parts.fields['kind'] as JoinKind)
  }

  override *compute(
    partition: number,
    context: ComputeContext,
  ): Iterable<Batch<[K, [unknown, unknown]]>> {
    let out: [K, [unknown, unknown]][] = []
    for (const batch of context.compute(this.parent, partition)) {
      for (let i = 0; i < batch.length; i++) {
        const key = batch[i]![0]
        const groups = batch[i]![1]
        const [lefts, rights] = this.#sides(groups[0]!, groups[1]!)
        for (const a of lefts) {
          for (const b of rights) {
            if (out.push([key, [a, b]]) < EMIT_RECORDS) continue
            yield out
            out = []
          }
        }
      }
    }
    if (out.length > 0) yield out
  }

  /** Straight from the sides of the cogroup: nobody sees its groups. */
  override columns(partition: number, context: ComputeContext): Iterable<Column> | undefined {
    const { parent } = this
    if (!(parent instanceof CoGrouped) || parent.about.isCached || parent.standIn) return undefined
    const [left, right] = parent.sides(partition, context)
    return joinColumns(left!, right!, this.#keeps, context.environment)
  }

  override fields(): Fields {
    return { kind: this.kind }
  }

  get #keeps(): JoinSides {
    return {
      keepsLeft: this.kind === 'left' || this.kind === 'full',
      keepsRight: this.kind === 'right' || this.kind === 'full',
    }
  }

  #sides(
    left: ValueGroup<unknown>,
    right: ValueGroup<unknown>,
  ): [Iterable<unknown>, Iterable<unknown>] {
    const { keepsLeft, keepsRight } = this.#keeps
    return [
      left.size === 0 && keepsRight ? MISSING : ArrayGroup.itemsOf(left),
      right.size === 0 && keepsLeft ? MISSING : ArrayGroup.itemsOf(right),
    ]
  }
}

const MISSING: readonly unknown[] = [undefined]
