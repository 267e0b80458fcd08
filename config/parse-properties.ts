import { type Entry, SyntaxProblem } from './entry.ts'

/**
 * Spark's properties format: `key value`, `key=value` or `key: value` a line; `#` and `!` begin comments; a backslash
 * at the end goes on in the next line; `\t`, `\n`, `\u0041` and `\` before any other character are escapes.
 */
export function parseProperties(text: string): Entry[] {
  const entries: Entry[] = []
  const lines = text.split(/\r\n|\n|\r/)
  for (let index = 0; index < lines.length; index++) {
    const first = lines[index] ?? ''
    const column = first.length - first.trimStart().length + 1
    const start = index + 1
    let logical = trimmed(first)
    if (logical === '' || logical.startsWith('#') || logical.startsWith('!')) continue
    while (endsOpen(logical) && index + 1 < lines.length) {
      index++
      logical = logical.slice(0, -1) + trimmed(lines[index] ?? '')
    }
    entries.push({ ...split(logical, start), line: start, column })
  }
  return entries
}

/** Without white space around it, but for an escaped one at the end. */
function trimmed(line: string): string {
  return line.trimStart().replace(/(?<!\\)\s+$/, '')
}

/** Whether a line ends in an odd number of backslashes. */
function endsOpen(line: string): boolean {
  const slashes = /\\+$/.exec(line)?.[0].length ?? 0
  return slashes % 2 === 1
}

// A colon before another colon begins a value: `key ::1`.
function split(line: string, number: number): { key: string; value: string } {
  const match = /^((?:\\.|[^\\=:\s])+)(?:\s*=\s*|\s*:(?!:)\s*|\s+|$)(.*)$/.exec(line)
  if (match === null) throw new SyntaxProblem(number, 1, 'a line is `key value` or `key=value`')
  return { key: unescaped(match[1] ?? ''), value: unescaped(match[2] ?? '') }
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, hex?: string, one?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return ESCAPES[one ?? ''] ?? one ?? ''
  })
}
