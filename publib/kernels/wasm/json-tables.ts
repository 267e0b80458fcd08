import { Buffer } from 'node:buffer'
import type { JsonPath } from '../doors.ts'
import type { WasmMemory } from './memory.ts'

interface Node {
  readonly keys: Map<string, Node | number>
}

/** What is wanted of JSON texts, as the module reads it: objects that paths go through, and their keys. */
export interface JsonTables {
  readonly paths: readonly JsonPath[]
  readonly nodeCount: number
  /** Gives the addresses of both tables. */
  putInto(memory: WasmMemory): { readonly nodes: number; readonly keys: number }
}

export function jsonTables(paths: readonly JsonPath[]): JsonTables {
  const all: Node[] = [{ keys: new Map() }]
  for (const [field, path] of paths.entries()) {
    let node = all[0]!
    for (const name of path.slice(0, -1)) {
      let next = node.keys.get(name)
      if (typeof next !== 'object') {
        next = { keys: new Map() }
        node.keys.set(name, next)
        all.push(next)
      }
      node = next
    }
    node.keys.set(path.at(-1)!, field)
  }
  const texts: Buffer[] = []
  const nodeWords: number[] = []
  const keyWords: number[] = []
  let end = 0
  for (const { keys } of all) {
    nodeWords.push(keyWords.length / 3, keys.size)
    for (const [name, wanted] of keys) {
      const text = Buffer.from(name)
      keyWords.push(end, text.length, typeof wanted === 'number' ? wanted : ~all.indexOf(wanted))
      texts.push(text)
      end += text.length
    }
  }
  const bytes = new Uint8Array(Buffer.concat(texts))
  return {
    paths,
    nodeCount: all.length,
    putInto(memory) {
      const at = memory.put(bytes)
      const words = keyWords.map((word, i) => (i % 3 === 0 ? word + at : word))
      return {
        nodes: memory.put(Uint32Array.from(nodeWords)),
        keys: memory.put(Int32Array.from(words)),
      }
    },
  }
}
