/**
 * Whether two functions see one variable: it is given a value that is found nowhere else through the one, looked at through
 * the other, and given its own value back. All of this in one turn, so that no other code can see it; nothing of a body runs.
 */
import { assert } from '#publib/util'
import { evaluateInside } from '../engine/arrow-this.ts'
import { functionInfos } from '../engine/function-info.ts'
import { inspector } from '../engine/inspector.ts'
import type { SharedUse } from './boxes.ts'

/** True also where it cannot be found out: a counter that is shared too much is the rarer mistake. */
export function sharesVariable(a: SharedUse, b: SharedUse): boolean {
  const location = a.record.info.location
  const isClass = a.record.node.t === 'class' || b.record.node.t === 'class'
  if (isClass || !location) return true
  const { name, value } = a.capture
  const { holder } = inspector()
  const sentinel = {}
  const place = { location, text: a.record.text, realm: globalThis }
  holder['sentinel'] = sentinel
  holder['before'] = value
  try {
    // Idempotent, because the engine may evaluate the condition more than once.
    const set = evaluateInside(a.record.fn, `${name} = __simspark_arrow.sentinel`, place)
    const isShared = readAgain(b) === sentinel
    if (set) evaluateInside(a.record.fn, `${name} = __simspark_arrow.before`, place)
    assert(Object.is(readAgain(a), value), `could not restore the variable ${name} after a probe`)
    return set === undefined || isShared
  } finally {
    holder['sentinel'] = undefined
    holder['before'] = undefined
  }
}

function readAgain(use: SharedUse): unknown {
  return functionInfos([use.record.fn])[0]?.scopes[use.scopeIndex]?.[use.capture.name]
}
