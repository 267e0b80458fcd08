/**
 * What is needed only because something else travels: captures of class members that shipped code can name, and entries of weak
 * collections whose key travels. What is left of the classes follows softly: what cannot travel becomes a value that throws when touched.
 */

import type { NameUse } from '../analysis/analysis.ts'
import type { Encoded } from '../wire.ts'
import { encodeCapture, isConstructorOnly } from './encode-captures.ts'
import type { Encoder } from './encoder.ts'
import type { FunctionRecord } from './record.ts'

/** Members that the language or common libraries call without naming them. */
const IMPLICIT = new Set([
  'toString',
  'valueOf',
  'toJSON',
  'then',
  'constructor',
  'next',
  'return',
  'throw',
])
const ROUNDS_MAX = 1_000

export function reachFixpoint(encoder: Encoder): void {
  const tried = new Set<string>()
  while (encodeMembers(encoder, tried, (member, record) => isCallable(encoder, member, record))) {
    encoder.drain()
  }
  encodeWeakEntries(encoder)
  const { strictness } = encoder
  encoder.strictness = 'poison'
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const hasMore = encodeMembers(encoder, tried, () => true)
    encoder.drain()
    if (!hasMore) break
  }
  encoder.strictness = strictness
}

/** Classes, and functions that are only reached as constructors: the members of both are called by name, or never. */
function classRecords(encoder: Encoder): FunctionRecord[] {
  return encoder.records.filter(
    record => record.node.t === 'class' || isConstructorOnly(encoder, record),
  )
}

/** What is not inside a member runs with `new`. */
function memberOf(use: NameUse, record: FunctionRecord): string | undefined {
  return record.node.t === 'class' ? use.member : '%new'
}

function isCallable(encoder: Encoder, member: string, record: FunctionRecord): boolean {
  if (member !== '%new') return encoder.propertyNames.has(member) || IMPLICIT.has(member)
  if (encoder.direct.has(record.fn) || encoder.propertyNames.has('constructor')) return true
  return classRecords(encoder).some(
    other =>
      encoder.direct.has(other.fn) && Object.prototype.isPrototypeOf.call(record.fn, other.fn),
  )
}

/** Whether any capture was added. */
function encodeMembers(
  encoder: Encoder,
  tried: Set<string>,
  isWanted: (member: string, record: FunctionRecord) => boolean,
): boolean {
  let hasMore = false
  for (const record of classRecords(encoder)) {
    for (const free of record.analysis.freeNames.values()) {
      const key = `${record.id} ${free.name}`
      if (record.captures.has(free.name) || tried.has(key)) continue
      const isUsed = free.uses.some(use => {
        const member = memberOf(use, record)
        const isMember = member !== undefined && (!member.startsWith('%') || member === '%new')
        return isMember && isWanted(member, record)
      })
      if (!isUsed) continue
      tried.add(key)
      encodeCapture(encoder, record, free)
      hasMore = true
    }
  }
  return hasMore
}

function encodeWeakEntries(encoder: Encoder): void {
  let hasMore = true
  while (hasMore) {
    hasMore = false
    for (const weak of encoder.weakEntries) {
      const travelling = weak.entries.filter(([key]) => travels(encoder, key))
      weak.entries = weak.entries.filter(([key]) => !travels(encoder, key))
      for (const entry of travelling) encodeWeakEntry(encoder, weak, entry)
      hasMore ||= travelling.length > 0
    }
    encoder.drain()
  }
}

function travels(encoder: Encoder, key: unknown): boolean {
  return encoder.ids.has(key as object) || encoder.blobs.holds(key as object)
}

function encodeWeakEntry(
  encoder: Encoder,
  weak: Encoder['weakEntries'][number],
  [key, value]: readonly unknown[],
): void {
  const node = encoder.nodes[weak.id]
  // Named by number: a further use as a whole would undo the pruning of the key.
  const known = encoder.ids.get(key as object)
  const encodedKey: Encoded = known === undefined ? encoder.encode(key, weak.trail) : [known]
  if (node?.t === 'weak-set') node.items.push(encodedKey)
  else if (node?.t === 'weak-map') {
    node.entries.push([encodedKey, encoder.encode(value, weak.trail)])
  }
}
