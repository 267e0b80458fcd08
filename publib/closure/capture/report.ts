/** What travels with a function, told to the user. */
import type { CallSite, SimSparkError } from '#publib/util'
import type { PackageNeed } from '../wire.ts'
import { idOf } from './order.ts'
import { type Measured, sizesOf, type VariableSize } from './sizes.ts'
import { describe } from './trail.ts'

export interface ClosureReport {
  readonly bytes: number
  /** The largest first. */
  readonly captures: readonly ClosureCapture[]
  /** What executors must have. */
  readonly packages: readonly PackageNeed[]
  readonly warnings: readonly string[]
  readonly problems: readonly SimSparkError[]
  /** The report as a table. */
  toString(): string
}

export interface ClosureCapture {
  readonly variable: string
  /** As `cfg.nested.a[2]`. */
  readonly path: string
  readonly kind: 'value' | 'function' | 'class' | 'module' | 'builtin' | 'this'
  readonly bytes: number
  readonly usedBy: CallSite & { readonly function: string }
}

export function makeReport(
  draft: Measured,
  bytes: number,
  packages: readonly PackageNeed[],
  warnings: readonly string[],
): ClosureReport {
  const captures = sizesOf(draft).variables.map(each => toRow(draft, each))
  const { problems } = draft.encoder
  return {
    bytes,
    captures,
    packages,
    warnings,
    problems,
    toString: () => table(bytes, captures, packages, [...warnings, ...problems.map(messageOf)]),
  }
}

function toRow(draft: Measured, size: VariableSize): ClosureCapture {
  const { capture, record, bytes } = size
  const place = record.place ?? { file: '<anonymous>', line: 1, column: 1 }
  const { fn, text } = record
  const form = record.analysis.form
  const name = describe({ fn, text, form, place: undefined })
  return {
    variable: capture.name,
    path: pathOf(size),
    kind: capture.name === 'this' ? 'this' : kindOf(draft, size),
    bytes,
    usedBy: { ...place, function: name },
  }
}

/** The variable with the properties that the function uses of it, where it uses one path only. */
function pathOf({ capture, record }: VariableSize): string {
  const uses = record.analysis.freeNames.get(capture.name)?.uses ?? []
  const paths = new Set(uses.map(use => [capture.name, ...use.path].join('.')))
  const [only] = paths
  return paths.size === 1 && only !== undefined ? only : capture.name
}

function kindOf(draft: Measured, { capture }: VariableSize): ClosureCapture['kind'] {
  const id = idOf(capture.encoded)
  const node = id === undefined ? undefined : draft.encoder.nodes[id]
  switch (node?.t) {
    case 'function':
    case 'bound':
      return 'function'
    case 'class':
      return 'class'
    case 'intrinsic':
    case 'require':
      return 'builtin'
    case 'module':
      return draft.encoder.modules[node.need]?.kind === 'builtin' ? 'builtin' : 'module'
    default:
      return 'value'
  }
}

function messageOf(error: SimSparkError): string {
  return error.message
}

function table(
  bytes: number,
  captures: readonly ClosureCapture[],
  packages: readonly PackageNeed[],
  notes: readonly string[],
): string {
  const head = ['variable', 'kind', 'bytes', 'used by']
  const rows = captures.map(each => {
    const { file, line, column, function: name } = each.usedBy
    return [each.path, each.kind, String(each.bytes), `${name} (${file}:${line}:${column})`]
  })
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map(row => row[i]?.length ?? 0)),
  )
  const lines = [head, ...rows].map(row =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  '),
  )
  const needs = packages.map(({ name, version }) => `needs ${name} ${version}`.trim())
  return [`${bytes} bytes`, ...lines, ...needs, ...notes].join('\n')
}
