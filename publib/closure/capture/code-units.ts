/** The texts that executors compile: the functions' own, rewritten at a few places and nowhere else. */

import type { Cell, CodeUnit } from '../wire.ts'
import { privateFieldNames, revivableEdits } from './class-revival.ts'
import type { Encoder } from './encoder.ts'
import { placeOfText } from './place-of-text.ts'
import type { Edit, FunctionRecord } from './record.ts'

/** The name of a box in a rewritten text. */
export function boxName(name: string): string {
  return `$$box_${name}`
}

/** Gives each function its captures, in the order in which its text names them. */
export function assignCells(encoder: Encoder): void {
  for (const { node, captures } of encoder.records) {
    node.cells = [...captures.values()].map(
      ({ box, encoded }): Cell => (box === undefined ? encoded : { box }),
    )
  }
}

/** Emits each function's text; functions made from one text share it. */
export function emitCodes(encoder: Encoder): CodeUnit[] {
  const codes: CodeUnit[] = []
  const known = new Map<string, number>()
  for (const record of encoder.records) {
    const code = emit(encoder, record)
    const key = JSON.stringify(code)
    let index = known.get(key)
    if (index === undefined) {
      index = codes.push(code) - 1
      known.set(key, index)
    }
    record.node.code = index
  }
  return codes
}

function emit(encoder: Encoder, record: FunctionRecord): CodeUnit {
  const { analysis, node, script } = record
  const isRevivable = revivableEdits(encoder, record)
  if (isRevivable && node.t === 'class') node.privateFields = privateFieldNames(record)
  const { line, column } = placeOfText(record.text, record.analysis, record.info)
  return {
    text: applyEdits(record.text, allEdits(record)),
    form: analysis.form,
    accessor: analysis.accessor,
    cells: [...record.captures.values()].map(each =>
      each.box === undefined ? each.name : boxName(each.name),
    ),
    isStrict: record.isStrict,
    usesImport: analysis.importCalls.length > 0,
    usesMeta: analysis.importMetas.length > 0,
    hasOuter: node.outerThis !== undefined || node.outerArguments !== undefined,
    hasSuperObject: node.superObject !== undefined,
    isRevivable,
    late: node.late ?? [],
    url: script.url,
    isMapped: script.sourceMapUrl !== '',
    line,
    column,
  }
}

function allEdits(record: FunctionRecord): Edit[] {
  const { analysis, edits } = record
  const replaced = edits.filter(edit => edit.end > edit.start)
  const isGone = ({ start, end }: { start: number; end: number }): boolean =>
    replaced.some(edit => edit.start <= start && end <= edit.end)
  const added: Edit[] = []
  for (const { name, box } of record.captures.values()) {
    if (box === undefined) continue
    for (const use of analysis.freeNames.get(name)?.uses ?? []) {
      const value = `${boxName(name)}.v`
      const text = use.isCallee ? `(0,${value})` : value
      added.push({ ...use, text: use.isShorthand ? `${name}:${text}` : text })
    }
  }
  for (const span of analysis.importCalls) added.push({ ...span, text: '$$import' })
  for (const span of analysis.importMetas) added.push({ ...span, text: '$$meta' })
  if (record.stripsNames) {
    for (const call of analysis.nameCalls) {
      added.push({ start: call.start, end: call.argument.start, text: '(' })
      added.push({ start: call.argument.end, end: call.end, text: ')' })
    }
  }
  if (analysis.computedKey) added.push({ ...analysis.computedKey, text: '"key"' })
  return [...edits, ...added.filter(edit => !isGone(edit))]
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
  let out = ''
  let position = 0
  for (const edit of sorted) {
    if (edit.start < position) continue
    out += text.slice(position, edit.start) + edit.text
    position = edit.end
  }
  return out + text.slice(position)
}
