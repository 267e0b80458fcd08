import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { DEPTH_MAX, type Entry, placesOf, SyntaxProblem } from './entry.ts'

/** The door of yaml: loaded when the first YAML file is read, and at once, since a SparkConf is made without waiting. */
function yaml(): typeof Yaml {
  return createRequire(import.meta.url)('yaml') as typeof Yaml
}

/** YAML as settings: maps are flattened as in JSON. Tags, anchors and aliases are refused. */
export function parseYaml(text: string): Entry[] {
  refuseDeep(text)
  const placeOf = placesOf(text)
  const { isMap, isScalar, isSeq, parseDocument } = yaml()
  const document = parseDocument(text, { uniqueKeys: false, version: '1.2', schema: 'core' })
  const failure = document.errors[0] ?? document.warnings[0]
  if (failure !== undefined) fail(failure.pos[0], failure.message.split('\n')[0] ?? 'not YAML')
  if (document.contents === null) return []
  if (!isMap(document.contents)) fail(0, 'expected an object')
  const entries: Entry[] = []
  flatten(document.contents, '', 0)
  return entries

  function flatten(map: Yaml.YAMLMap, prefix: string, depth: number): void {
    if (depth >= DEPTH_MAX) fail(map.range?.[0] ?? 0, 'too deeply nested')
    for (const { key, value } of map.items) {
      const at = positionOf(key)
      if (!isScalar(key) || typeof key.value !== 'string') fail(at, 'expected a key')
      const name = prefix === '' ? key.value : `${prefix}.${key.value}`
      if (isMap(value) && value.items.length > 0) flatten(value, name, depth + 1)
      else entries.push({ key: name, value: plain(value), ...placeOf(at) })
    }
  }

  function plain(node: unknown): unknown {
    if (node === null || node === undefined) return null
    if (isScalar(node) && node.anchor === undefined && node.tag === undefined) return node.value
    if (isSeq(node) && node.anchor === undefined && node.tag === undefined) {
      return node.items.map(plain)
    }
    if (isMap(node)) return {}
    return fail(positionOf(node), 'tags, anchors and aliases are not taken')
  }

  function positionOf(node: unknown): number {
    return (node as Yaml.Node | null)?.range?.[0] ?? 0
  }

  function fail(position: number, message: string): never {
    const { line, column } = placeOf(position)
    throw new SyntaxProblem(line, column, message)
  }
}

/** The parser is recursive: what is nested without end is found before it. */
function refuseDeep(text: string): void {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '[' || character === '{') depth++
    if (character === ']' || character === '}') depth--
    if (depth > DEPTH_MAX) deep(text, at)
  }
  const dashes = /(?:[-?] +){16}/.exec(text)
  if (dashes !== null) deep(text, dashes.index)
  // Each level of a block is indented farther than the one before.
  const indented = /^ {200}/m.exec(text)
  if (indented !== null) deep(text, indented.index)
}

function deep(text: string, position: number): never {
  const { line, column } = placesOf(text)(position)
  throw new SyntaxProblem(line, column, 'too deeply nested')
}
