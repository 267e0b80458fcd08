import type { FreeValue, FunctionSource, Syntax } from '#publib/closure'
import { Environment } from './environment.ts'
import { readExpression } from './expressions.ts'
import { nativeShape } from './native-shape.ts'
import { normalForm } from './normal-form.ts'
import { NotSimple, type Obstacle, obstacleText } from './obstacle.ts'
import { readFunction } from './read-function.ts'
import { Reading } from './reading.ts'
import type { FunctionShape } from './shape.ts'

/** What was found out about a function: its shape, or why it has none. */
export type Recognition =
  | { readonly shape: FunctionShape; readonly why?: undefined }
  | {
      readonly shape?: undefined
      /** As the end of "the function …", with places: `has a loop (a.ts:3:5)`. */
      readonly why: () => string
    }

const readers = { expression: readExpression, call: readFunction }

type Found = FunctionShape | Obstacle

/** What was found for one text and equal captured values. */
interface Kept {
  readonly captured: string
  readonly found: Found
}

const known = new WeakMap<Syntax.FunctionNode, Kept[]>()
/** A text is made into functions with other constants: in a loop of the user's, above all. */
const KEPT_MAX = 8

/**
 * What a function does, if it is simple. `argumentCount` is with how many arguments it will be called, where that is known. Some
 * 20 µs for a function that is new, some 4 µs for one that was seen.
 */
export function recognise(value: FreeValue, argumentCount?: number): Recognition {
  if (value.kind === 'intrinsic') {
    const shape = nativeShape(value.path, argumentCount)
    const name = value.path.map(String).join('.')
    const why = () => `is the native function \`${name}\`: write a function that calls it`
    return shape ? { shape } : { why }
  }
  if (value.kind !== 'function') {
    const what = value.kind === 'other' ? value.what : 'no function'
    return { why: () => `is ${what}` }
  }
  const { source } = value
  const found = lookUp(source)
  if ('result' in found) return { shape: found }
  return { why: () => obstacleText(found, source) }
}

function lookUp(source: FunctionSource): Found {
  const { tree } = source
  const captured = tree && capturedText(source)
  if (tree === undefined || captured === undefined) return find(source)
  const all = known.get(tree) ?? []
  const kept = all.find(each => each.captured === captured)
  if (kept !== undefined) return kept.found
  const found = find(source)
  if (all.length === KEPT_MAX) all.shift()
  all.push({ captured, found })
  known.set(tree, all)
  return found
}

function find(source: FunctionSource): Found {
  const reading = new Reading(readers)
  try {
    const frame = { source, tree: source.tree, environment: new Environment(), caller: undefined }
    const value = reading.call(frame, index => ({ op: 'argument', index }))
    const { locals, result } = normalForm(reading.locals, reading.checks, value)
    const parameters = source.tree?.params.length ?? 0
    return { parameters, locals, result, intrinsics: [...reading.intrinsics].sort() }
  } catch (error) {
    if (error instanceof NotSimple) return error.obstacle
    throw error
  }
}

const CAPTURED_MAX = 4_000
const HELPERS_MAX = 20

/** All that a function captured, as one text; undefined where that is much. Equal for what gives equal shapes. */
function capturedText(source: FunctionSource): string | undefined {
  const seen: FunctionSource[] = [source]
  const trees: Syntax.FunctionNode[] = []
  let text = ''
  for (let at = 0; at < seen.length; at++) {
    const each = seen[at]!
    if (each.tree === undefined || seen.length > HELPERS_MAX) return undefined
    if (!trees.includes(each.tree)) trees.push(each.tree)
    text += `|${numberOf(each.tree)}`
    for (const name of each.freeNames) {
      const free = each.freeValue(name)
      text += `;${name}:${free.kind}:${freeText(free)}`
      if (free.kind === 'function') seen.push(free.source)
      if (text.length > CAPTURED_MAX) return undefined
    }
  }
  return text
}

function freeText(free: FreeValue): string {
  switch (free.kind) {
    case 'primitive':
      return Object.is(free.value, -0) ? '-0' : `${typeof free.value} ${String(free.value)}`
    case 'intrinsic':
      return free.path.join()
    case 'pattern':
      return `/${free.source}/${free.flags}`
    case 'other':
      return free.what
    default:
      return ''
  }
}

const numbers = new WeakMap<Syntax.FunctionNode, number>()
let lastNumber = 0

function numberOf(tree: Syntax.FunctionNode): number {
  const number = numbers.get(tree) ?? ++lastNumber
  numbers.set(tree, number)
  return number
}
