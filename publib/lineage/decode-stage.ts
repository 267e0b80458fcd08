import { StorageLevel } from '#publib/blocks'
import { type Compiled, compile } from '#publib/closure/revive'
import { areUntouched, decodeShape, type FunctionShape } from '#publib/recognition/intrinsics'
import { assert, SimSparkError } from '#publib/util'
import type { Action } from './action.ts'
import type { About, Lineage, ShuffleDependency } from './lineage.ts'
import type { Input } from './operator.ts'
import { BeyondShuffle } from './operators/beyond-shuffle.ts'
import { actionClass, loadClasses, operatorClass } from './registry.ts'
import type { Root, SplitFunction } from './root.ts'
import { decodeShuffleDependency } from './shuffle-dependency.ts'
import type { AboutText, RootText, StageText, StageWork } from './stage-text.ts'

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
export const SIZE_BYTES = 4

/** @throws CLOSURE_COMPILE_FAILED, MODULE_MISSING, VERSION_MISMATCH */
export async function decodeStage(bytes: Uint8Array): Promise<DecodedStage> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const textBytes = bytes.length < SIZE_BYTES ? -1 : view.readUInt32LE(0)
  if (textBytes < 0 || SIZE_BYTES + textBytes > bytes.length) {
    throw new SimSparkError('INTERNAL', `A stage of ${bytes.length} bytes is cut off.`)
  }
  const json = view.toString('utf8', SIZE_BYTES, SIZE_BYTES + textBytes)
  const text = JSON.parse(json) as StageText
  await loadClasses(
    'operator',
    text.nodes.map(({ tag }) => tag),
  )
  if (text.work.kind === 'result') await loadClasses('action', [text.work.tag])
  const splits = text.roots.map(({ split }) => split)
  const variants = splits.some(Boolean) ? splits.map(split => split?.variant) : []
  const compiled = await compile(bytes.subarray(SIZE_BYTES + textBytes), { variants })
  const shapes = text.roots.map(({ shape }) => shape && decodeShape(shape))
  if (text.roots.length === 0) {
    // No function, so nothing that a task could change: operators themselves are shared in the driver's own thread, too.
    const only = instantiate(text, compiled, shapes)
    return { instantiate: () => only }
  }
  return { instantiate: () => instantiate(text, compiled, shapes) }
}

function instantiate(
  text: StageText,
  compiled: Compiled,
  shapes: readonly (FunctionShape | undefined)[],
): StageInstance {
  const values = compiled.instantiate()
  // Looked at for each task: what a task patches, the next one must see.
  const held = shapes.map(shape => (shape && areUntouched(shape.intrinsics) ? shape : undefined))
  const rootAt = (index: number): Root => {
    const root = text.roots[index]
    assert(root !== undefined && index < values.length, `the stage has no function ${index}`)
    const { operation, callSite } = root
    const core = values[text.roots.length + index]
    const split = core === undefined ? undefined : splitOf(root, core)
    return { operation, callSite, value: values[index], index, shape: held[index], split }
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

function splitOf({ split }: RootText, core: unknown): SplitFunction | undefined {
  return split && { core, computed: split.computed, shape: decodeShape(split.shape) }
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

function aboutOf({ id, operator, operation, callSite, name, isCached, ...text }: AboutText): About {
  const about = { id, operator, operation, callSite, name, isCached }
  if (text.storageLevel === undefined) return about
  return { ...about, storageLevel: StorageLevel.fromFields(text.storageLevel) }
}
