/**
 * Variables that shipped code writes and that several shipped functions see: each becomes one box, `{ v }`, on the executor.
 *
 * The engine gives scopes no identity. Two functions are taken to see one variable when the scopes they take it from are equal
 * in depth and in every value; where all those values are primitives, so that equality proves little, the scope is probed.
 */

import { isReference } from '../function.ts'
import type { Encoded } from '../wire.ts'
import type { Encoder } from './encoder.ts'
import { sharesVariable } from './probe.ts'
import type { Capture, FunctionRecord } from './record.ts'

export interface SharedUse {
  readonly record: FunctionRecord
  readonly capture: Capture
  readonly scope: Readonly<Record<string, unknown>>
  readonly scopeIndex: number
}

/** Gives shared variables their boxes; what is returned are the boxes' first values. */
export function assignBoxes(encoder: Encoder, mayProbe: boolean): Encoded[] {
  const boxes: Encoded[] = []
  for (const name of writtenNames(encoder)) {
    for (const group of groupsOf(encoder, name, mayProbe)) {
      const first = group[0]
      if (!first || group.length < 2 || !group.some(use => use.capture.isWritten)) continue
      const box = boxes.push(first.capture.encoded) - 1
      for (const use of group) use.capture.box = box
    }
  }
  return boxes
}

function writtenNames(encoder: Encoder): Set<string> {
  const names = new Set<string>()
  for (const record of encoder.records) {
    for (const capture of record.captures.values()) if (capture.isWritten) names.add(capture.name)
  }
  return names
}

function groupsOf(encoder: Encoder, name: string, mayProbe: boolean): SharedUse[][] {
  const groups: SharedUse[][] = []
  for (const record of encoder.records) {
    const capture = record.captures.get(name)
    if (!capture?.scope || capture.scopeIndex === undefined) continue
    const use = { record, capture, scope: capture.scope, scopeIndex: capture.scopeIndex }
    const group = groups.find(([first]) => first && isSameVariable(first, use, mayProbe))
    if (group) group.push(use)
    else groups.push([use])
  }
  return groups
}

function isSameVariable(a: SharedUse, b: SharedUse, mayProbe: boolean): boolean {
  const isSameScript = a.record.script.id === b.record.script.id
  const isSameObject = isReference(a.capture.value) && a.capture.value === b.capture.value
  if (!isSameScript && !isSameObject) return false
  const depthA = a.record.info.scopes.length - a.scopeIndex
  const depthB = b.record.info.scopes.length - b.scopeIndex
  if (depthA !== depthB || !isEqualScope(a.scope, b.scope)) return false
  if (Object.keys(a.scope).some(key => isReference(readOr(a.scope, key)))) return true
  return isOutermost(a) || !mayProbe || sharesVariable(a, b)
}

/** A file has one scope of its own, so depth and script say enough. */
function isOutermost(use: SharedUse): boolean {
  return use.record.info.scopes.length - use.scopeIndex <= 2
}

function isEqualScope(a: SharedUse['scope'], b: SharedUse['scope']): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every(key => key in b && Object.is(readOr(a, key), readOr(b, key)))
  )
}

const UNREADABLE = Symbol('a variable that is not initialised')

function readOr(scope: SharedUse['scope'], key: string): unknown {
  try {
    return scope[key]
  } catch {
    return UNREADABLE
  }
}
