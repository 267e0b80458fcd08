import type { ShuffleSpec } from '#publib/shuffle'
import type { ShuffleId } from '#publib/util'
import { aggregatorOf, type Combining, decodeCombining, encodeCombining } from './combining.ts'
import { type Fields, type Lineage, type ShuffleDependency, standing } from './lineage.ts'
import {
  decodeOrder,
  decodePlacement,
  encodeOrder,
  type OrderRoots,
  type Placement,
} from './placement.ts'
import type { Root } from './root.ts'

/** A shuffle whose placement is settled: what it regroups, and what becomes of it. */
export interface ShufflePlan {
  readonly shuffleId: ShuffleId
  readonly placement: Placement
  readonly combining: Combining
  readonly mapSideCombine: boolean
  /** Sorts each partition by key. */
  readonly ordering: OrderRoots | undefined
}

export function shuffleDependency(parent: Lineage<unknown>, plan: ShufflePlan): ShuffleDependency {
  const { fields, roots } = encodePlan(plan)
  return {
    kind: 'shuffle',
    shuffleId: plan.shuffleId,
    get parent() {
      return standing(parent)
    },
    spec: specOf(plan),
    roots,
    fields,
  }
}

export function decodeShuffleDependency(
  shuffleId: ShuffleId,
  parent: Lineage<unknown>,
  fields: Fields,
  roots: readonly Root[],
): ShuffleDependency {
  const plan = decodePlan(shuffleId, fields, roots)
  return { kind: 'shuffle', shuffleId, parent, spec: specOf(plan), roots, fields }
}

/** How a plan travels: fields for the text, and its roots one after another. */
export function encodePlan(plan: ShufflePlan): { fields: Fields; roots: readonly Root[] } {
  const { placement, combining, ordering, mapSideCombine } = plan
  const order = ordering === undefined ? undefined : encodeOrder(ordering)
  return {
    fields: {
      placement: placement.fields,
      placementRoots: placement.roots.length,
      combining: encodeCombining(combining),
      combiningRoots: combining.roots.length,
      mapSideCombine,
      ordering: order?.fields ?? null,
    },
    roots: [...placement.roots, ...combining.roots, ...(order?.roots ?? [])],
  }
}

export function decodePlan(
  shuffleId: ShuffleId,
  fields: Fields,
  roots: readonly Root[],
): ShufflePlan {
  const placed = fields['placementRoots'] as number
  const combined = placed + (fields['combiningRoots'] as number)
  const ordering = fields['ordering'] as Fields | null
  return {
    shuffleId,
    placement: decodePlacement(fields['placement'] as Fields, roots.slice(0, placed)),
    combining: decodeCombining(fields['combining'] as Fields, roots.slice(placed, combined)),
    mapSideCombine: fields['mapSideCombine'] === true,
    ordering: ordering === null ? undefined : decodeOrder(ordering, roots.slice(combined)),
  }
}

/** What becomes of the values of a key, with the stage's instances of the user's functions. */
export function combiningOf({ shuffleId, fields, roots }: ShuffleDependency): Combining {
  return decodePlan(shuffleId, fields, roots).combining
}

function specOf(plan: ShufflePlan): ShuffleSpec<unknown, unknown, unknown> {
  const { shuffleId, placement, combining, ordering } = plan
  const aggregator = aggregatorOf(combining)
  return {
    shuffleId,
    partitioner: placement.partitioner,
    aggregator,
    mapSideCombine: plan.mapSideCombine && typeof aggregator === 'object',
    ordering:
      ordering === undefined
        ? undefined
        : {
            ascending: ordering.ascending,
            key: ordering.key?.value as ((key: unknown) => unknown) | undefined,
            compare: ordering.compare?.value,
          },
  }
}
