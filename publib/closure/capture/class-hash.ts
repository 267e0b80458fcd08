/** What makes two payloads' copies of one class the same class on an executor. */
import type { Hash } from 'node:crypto'
import type { CodeUnit, NodeId, WireNode } from '../wire.ts'

const HASH_LENGTH = 16
/** Numbers given at random, or that follow from what is hashed. */
const OMITTED = new Set(['identity', 'late'])

/** A hash of a node and all that it reaches, in which numbers of nodes play no part. */
export function reachHash(
  root: NodeId,
  nodes: readonly WireNode[],
  codes: readonly CodeUnit[],
  contentOf: (kind: 'buffer' | 'need', index: number) => string,
): string {
  const numbers = new Map<NodeId, number>([[root, 0]])
  const reached = [root]
  const numberOf = (id: NodeId): number => {
    let number = numbers.get(id)
    if (number === undefined) {
      number = reached.push(id) - 1
      numbers.set(id, number)
    }
    return number
  }
  const hash = sha256()
  for (let next = 0; next < reached.length; next++) {
    const text = JSON.stringify(nodes[reached[next] ?? 0], (key, value: unknown) => {
      if (OMITTED.has(key)) return undefined
      if (key === 'code') return codeText(codes[value as number])
      if ((key === 'buffer' || key === 'need') && typeof value === 'number') {
        return contentOf(key, value)
      }
      const isNode = Array.isArray(value) && value.length === 1 && typeof value[0] === 'number'
      return isNode ? ['#', numberOf(value[0] as number)] : value
    })
    hash.update(text ?? '').update('\n')
  }
  return hash.digest('base64url').slice(0, HASH_LENGTH)
}

function codeText(code: CodeUnit | undefined): string {
  return code ? `${code.text} ${code.url} ${code.line}` : ''
}

/** Loaded by the first class that travels: most programs send none, and it takes a tenth of what loading simSpark takes. */
export function sha256(): Hash {
  return process.getBuiltinModule('node:crypto').createHash('sha256')
}
