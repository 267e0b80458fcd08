import {
  type Captured,
  type CaptureLimits,
  type Compiled,
  capture,
  compile,
  type ShippedFunction,
  type ShippedValue,
} from '#publib/closure'
import { assert, SimSparkError } from '#publib/util'
import type { Action } from './action.ts'
import type { About, Lineage, PartitionData, ShuffleDependency } from './lineage.ts'
import type { Input } from './operator.ts'
import { BeyondShuffle } from './operators/beyond-shuffle.ts'
import { actionClass, operatorClass } from './registry.ts'
import type { Root } from './root.ts'
import { decodeShuffleDependency } from './shuffle-dependency.ts'
import { type AboutText, type StageText, type StageWork, stageText } from './stage-text.ts'

export interface EncodedStage {
  readonly bytes: Uint8Array
  readonly warnings: readonly string[]
  /** Packages that executors must have. */
  readonly needs: Captured['needs']
}

/** A stage as its tasks see it. Made once for each executor and stage. */
export interface DecodedStage {
  /** The stage with functions of its own: call it for each task. */
  instantiate(): StageInstance
}

export interface StageInstance {
  readonly lineage: Lineage<unknown>
  readonly work: StageWork
}

/*
 * Encoded: u32 size of the text (little endian), the text as JSON, then the captured functions.
 */
const SIZE_BYTES = 4

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
  const { text, roots } = stageText(lineage, work)
  const captured = capture(roots.map(shipped), limits)
  const json = Buffer.from(JSON.stringify(text))
  const size = Buffer.alloc(SIZE_BYTES)
  size.writeUInt32LE(json.length)
  const bytes = Buffer.concat([size, json, captured.bytes])
  return { bytes, warnings: captured.warnings, needs: captured.needs }
}

/** A root as capture takes it. */
export function shipped({ value, operation, callSite }: Root): ShippedFunction | ShippedValue {
  if (typeof value !== 'function') return { value, operation, callSite }
  return { fn: value as ShippedFunction['fn'], operation, callSite }
}

/** @throws CLOSURE_COMPILE_FAILED, MODULE_MISSING, VERSION_MISMATCH */
export async function decodeStage(bytes: Uint8Array): Promise<DecodedStage> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const textBytes = bytes.length < SIZE_BYTES ? -1 : view.readUInt32LE(0)
  if (textBytes < 0 || SIZE_BYTES + textBytes > bytes.length) {
    throw new SimSparkError('INTERNAL', `A stage of ${bytes.length} bytes is cut off.`)
  }
  const json = view.toString('utf8', SIZE_BYTES, SIZE_BYTES + textBytes)
  const text = JSON.parse(json) as StageText
  const compiled = await compile(bytes.subarray(SIZE_BYTES + textBytes))
  return { instantiate: () => instantiate(text, compiled) }
}

/** For each source below `lineage` within its stage what a task of `partition` must be sent. */
export function collectPartitionData(
  lineage: Lineage<unknown>,
  partition: number,
): readonly SourceData[] {
  const found: SourceData[] = []
  const seen = new Set<string>()
  const open = [{ lineage, partition }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const key = `${next.lineage.id}/${next.partition}`
    if (seen.has(key)) continue
    seen.add(key)
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

function instantiate(text: StageText, compiled: Compiled): StageInstance {
  const values = compiled.instantiate()
  const rootAt = (index: number): Root => {
    const root = text.roots[index]
    assert(root !== undefined && index < values.length, `the stage has no function ${index}`)
    return { ...root, callSite: root.callSite, value: values[index], index }
  }
  const parentOf = new Map<number, Lineage<unknown>>()
  const shuffles = text.shuffles.map(({ shuffleId, fields, roots, parent }): ShuffleDependency => {
    const beyond = new BeyondShuffle(aboutOf(parent))
    return decodeShuffleDependency(shuffleId, beyond, fields, roots.map(rootAt))
  })
  text.nodes.forEach((node, place) => {
    const inputs = node.inputs.map(
      (input): Input =>
        'node' in input
          ? { kind: 'narrow', parent: parentOf.get(input.node)! }
          : { kind: 'shuffle', dependency: shuffles[input.shuffle]! },
    )
    const { tag, fields } = node
    const parts = { about: aboutOf(node.about), fields, inputs, roots: node.roots.map(rootAt) }
    parentOf.set(place, operatorClass(tag).decode(parts))
  })
  const lineage = parentOf.get(text.nodes.length - 1)
  assert(lineage !== undefined, 'the stage has no operator')
  return { lineage, work: workOf(text, lineage, shuffles, rootAt) }
}

function workOf(
  { work }: StageText,
  lineage: Lineage<unknown>,
  shuffles: readonly ShuffleDependency[],
  rootAt: (index: number) => Root,
): StageWork {
  if (work.kind === 'shuffleMap') {
    return { kind: 'shuffleMap', dependency: { ...shuffles[work.shuffle]!, parent: lineage } }
  }
  const { tag, fields, roots } = work
  const action: Action<unknown, unknown> = actionClass(tag).decode({
    fields,
    roots: roots.map(rootAt),
  })
  return { kind: 'result', action }
}

function aboutOf({ id, operator, operation, callSite, name, isCached }: AboutText): About {
  return { id, operator, operation, callSite, name, isCached }
}
