import type { StorageLevelFields } from '#publib/blocks'
import type { Variant } from '#publib/closure/revive'
import type { ShapeText } from '#publib/recognition/intrinsics'
import { type CallSite, type RddId, rddId, type ShuffleId } from '#publib/util'
import type { Action } from './action.ts'
import type { About, Fields, Lineage, ShuffleDependency } from './lineage.ts'
import type { Root } from './root.ts'

/** What a stage does with each partition of its lineage. */
export type StageWork =
  | { readonly kind: 'result'; readonly action: Action<unknown, unknown> }
  | { readonly kind: 'shuffleMap'; readonly dependency: ShuffleDependency }

/** A stage as JSON: the operators up to the next shuffles, parents before children. Functions are told by their index among the roots. */
export interface StageText {
  /** Without `firstId` in each `about.id`: a program that does the same again and again sends the same text again and again. */
  readonly nodes: readonly NodeText[]
  readonly shuffles: readonly ShuffleText[]
  readonly work: WorkText
  /** One for each function of the stage, in the order of the captured roots. */
  readonly roots: readonly RootText[]
}

export interface NodeText {
  readonly tag: string
  readonly about: AboutText
  readonly fields: Fields
  readonly inputs: readonly InputText[]
  readonly roots: readonly number[]
}
export type InputText = { readonly node: number } | { readonly shuffle: number }

/** Absent fields are undefined ones. */
export interface AboutText {
  readonly id: RddId
  readonly operator: string
  readonly operation: string
  readonly callSite?: CallSite | undefined
  readonly name?: string | undefined
  readonly isCached: boolean
  readonly storageLevel?: StorageLevelFields | undefined
}

export interface ShuffleText {
  readonly shuffleId: ShuffleId
  readonly fields: Fields
  readonly roots: readonly number[]
  /** What is computed on the other side. */
  readonly parent: AboutText
}
export type WorkText =
  | {
      readonly kind: 'result'
      readonly tag: string
      readonly fields: Fields
      readonly roots: readonly number[]
    }
  | { readonly kind: 'shuffleMap'; readonly shuffle: number }
export interface RootText {
  readonly operation: string
  readonly callSite?: CallSite | undefined
  /** What the function does, where it is simple. */
  readonly shape?: ShapeText | undefined
  /** How its result is made of parts, where it is not simple. */
  readonly split?: SplitText | undefined
}
export interface SplitText {
  readonly variant: Variant
  readonly computed: number
  readonly shape: ShapeText
}

/** The text of a stage, and the functions that it names by index. The last node is the stage's lineage. */
export function stageText(
  lineage: Lineage<unknown>,
  work: StageWork,
): { readonly text: StageText; readonly roots: readonly Root[]; readonly firstId: number } {
  const writer = new StageWriter()
  writer.node(lineage)
  return writer.finish(work)
}

class StageWriter {
  readonly #nodes: (NodeText & { readonly about: { id: RddId } })[] = []
  readonly #places = new Map<Lineage<unknown>, number>()
  readonly #shuffles: ShuffleText[] = []
  readonly #shufflePlaces = new Map<ShuffleId, number>()
  readonly #roots: Root[] = []

  /** Lineages are deep where programs loop, so this walks without recursion. */
  node(top: Lineage<unknown>): void {
    const open = [top]
    for (let lineage = open.at(-1); lineage !== undefined; lineage = open.at(-1)) {
      const missing = lineage.dependencies
        .filter(dependency => dependency.kind === 'narrow')
        .map(dependency => dependency.parent)
        .filter(parent => !this.#places.has(parent))
      if (missing.length > 0) open.push(...missing)
      else {
        open.pop()
        this.#write(lineage)
      }
    }
  }

  finish(work: StageWork): { text: StageText; roots: readonly Root[]; firstId: number } {
    const workText: WorkText =
      work.kind === 'result'
        ? {
            kind: 'result',
            tag: work.action.tag,
            fields: work.action.fields(),
            roots: this.#rootPlaces(work.action.roots()),
          }
        : { kind: 'shuffleMap', shuffle: this.#shuffle(work.dependency) }
    const roots = this.#roots.map(({ operation, callSite }) => ({ operation, callSite }))
    const firstId = this.#countFromFirst()
    const text = { nodes: this.#nodes, shuffles: this.#shuffles, work: workText, roots }
    return { text, roots: this.#roots, firstId }
  }

  /** Counts ids from the smallest one on, which it gives, unless one of them names cached partitions. */
  #countFromFirst(): number {
    let firstId = Number.MAX_SAFE_INTEGER
    for (const { about } of this.#nodes) {
      if (about.isCached) return 0
      firstId = Math.min(firstId, about.id)
    }
    for (const { about } of this.#nodes) about.id = rddId(about.id - firstId)
    return firstId
  }

  #write(lineage: Lineage<unknown>): void {
    if (this.#places.has(lineage)) return
    const inputs = lineage.dependencies.map(
      (dependency): InputText =>
        dependency.kind === 'narrow'
          ? { node: this.#places.get(dependency.parent)! }
          : { shuffle: this.#shuffle(dependency) },
    )
    const { tag } = lineage
    const roots = this.#rootPlaces(lineage.roots())
    this.#places.set(lineage, this.#nodes.length)
    const about = aboutText(lineage.about)
    this.#nodes.push({ tag, about, fields: lineage.fields(), inputs, roots })
  }

  #shuffle(dependency: ShuffleDependency): number {
    const { shuffleId, fields, parent } = dependency
    const known = this.#shufflePlaces.get(shuffleId)
    if (known !== undefined) return known
    const place = this.#shuffles.length
    this.#shufflePlaces.set(shuffleId, place)
    const roots = this.#rootPlaces(dependency.roots)
    this.#shuffles.push({ shuffleId, fields, roots, parent: aboutText(parent.about) })
    return place
  }

  #rootPlaces(roots: readonly Root[]): readonly number[] {
    return roots.map(root => this.#roots.push(root) - 1)
  }
}

function aboutText(about: About): Omit<AboutText, 'id'> & { id: RddId } {
  const { id, operator, operation, callSite, name, isCached } = about
  const storageLevel = isCached ? about.storageLevel?.toFields() : undefined
  return { id, operator, operation, callSite, name, isCached, storageLevel }
}
