import {
  type Captured,
  type CaptureLimits,
  capture,
  type ShippedFunction,
  type ShippedValue,
} from '#publib/closure'
import { encodeShape, type Recognition, recognise, splitResult } from '#publib/recognition'
import { SIZE_BYTES } from './decode-stage.ts'
import type { Lineage, PartitionData } from './lineage.ts'
import type { Root } from './root.ts'
import { type RootText, type StageWork, stageText } from './stage-text.ts'

export interface EncodedStage {
  readonly bytes: Uint8Array
  readonly warnings: readonly string[]
  /** Packages that executors must have. */
  readonly needs: Captured['needs']
  /** Ids of RDDs in the stage are counted from here on: so are those of the sources that its tasks are sent. */
  readonly firstId: number
}

/**
 * What all tasks of a stage have in common, as bytes: its operators up to the next shuffles, its action or shuffle, and one
 * capture of all their functions. The lineage is prepared.
 *
 * @throws CLOSURE_NOT_SHIPPABLE, CLOSURE_TOO_LARGE and what else capture refuses
 */
export function encodeStage(
  lineage: Lineage<unknown>,
  work: StageWork,
  limits?: CaptureLimits,
): EncodedStage {
  const { text, roots, firstId } = stageText(lineage, work)
  const captured = capture(roots.map(shipped), limits)
  const shaped = { ...text, roots: withShapes(text.roots, roots, captured) }
  const bytes = joined(JSON.stringify(shaped), captured.bytes)
  return { bytes, warnings: captured.warnings, needs: captured.needs, firstId }
}

function joined(text: string, functions: Uint8Array): Uint8Array {
  const textBytes = Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafeSlow(SIZE_BYTES + textBytes + functions.length)
  bytes.writeUInt32LE(textBytes)
  bytes.write(text, SIZE_BYTES)
  bytes.set(functions, SIZE_BYTES + textBytes)
  return bytes
}

/** The roots with what they do, as far as that is simple. */
function withShapes(
  texts: readonly RootText[],
  roots: readonly Root[],
  { values }: Captured,
): readonly RootText[] {
  return texts.map((text, index) => {
    const { shape } = recognise(values[index]!, roots[index]!.argumentCount)
    if (shape !== undefined) return { ...text, shape: encodeShape(shape) }
    const split = splitResult(values[index]!)
    return split === undefined
      ? text
      : { ...text, split: { ...split, shape: encodeShape(split.shape) } }
  })
}

/** What is found out about the functions of a stage, whether it is ever run or not. @throws what encodeStage throws */
export function recogniseStage(
  lineage: Lineage<unknown>,
  work: StageWork,
): ReadonlyMap<Root, Recognition> {
  const { roots } = stageText(lineage, work)
  const { values } = capture(roots.map(shipped))
  return new Map(roots.map((root, index) => [root, recognise(values[index]!, root.argumentCount)]))
}

/** A root as capture takes it. */
export function shipped({ value, operation, callSite }: Root): ShippedFunction | ShippedValue {
  if (typeof value !== 'function') return { value, operation, callSite }
  return { fn: value as ShippedFunction['fn'], operation, callSite }
}

/** For each source below `lineage` within its stage what a task of `partition` must be sent. */
export function collectPartitionData(
  lineage: Lineage<unknown>,
  partition: number,
): readonly SourceData[] {
  const found: SourceData[] = []
  // Most lineages are chains: nothing is found twice as long as there is one way to go.
  for (let source = lineage, own = partition; ; ) {
    const [dependency, other] = source.dependencies
    const isChain = other === undefined && dependency?.kind !== 'shuffle'
    const parents = isChain ? dependency?.parents(own) : undefined
    const parent = parents?.[0]
    if (dependency !== undefined && (parent === undefined || (parents?.length ?? 0) > 1)) {
      return [...found, ...collectFromAll(source, own)]
    }
    const data = source.partitionData(own)
    if (data !== undefined) found.push({ source, partition: own, data })
    if (dependency === undefined || parent === undefined) return found
    source = dependency.parent
    own = parent
  }
}

function collectFromAll(lineage: Lineage<unknown>, partition: number): readonly SourceData[] {
  const found: SourceData[] = []
  const seen = new Map<Lineage<unknown>, Set<number>>()
  const open = [{ lineage, partition }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const partitions = seen.get(next.lineage) ?? new Set()
    if (partitions.has(next.partition)) continue
    seen.set(next.lineage, partitions.add(next.partition))
    const data = next.lineage.partitionData(next.partition)
    if (data !== undefined) found.push({ source: next.lineage, partition: next.partition, data })
    for (const dependency of next.lineage.dependencies) {
      if (dependency.kind === 'shuffle') continue
      for (const parent of dependency.parents(next.partition)) {
        open.push({ lineage: dependency.parent, partition: parent })
      }
    }
  }
  return found
}

/** What one source of a stage sends with a task. In the task it is found by the source's id and the partition. */
export interface SourceData {
  readonly source: Lineage<unknown>
  readonly partition: number
  readonly data: PartitionData
}
