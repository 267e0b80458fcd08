import { problemOf, type Row, ratioText, secondsText } from './rows.ts'

/** What stands over a comparison: whoever repeats it must know what was compared with what. */
export interface Heading {
  readonly date: string
  readonly machine: string
  readonly node: string
  readonly command: string
}

const OURS = 'simspark'

interface Line {
  readonly title: string
  readonly workload: string
  /** W4 counts tasks: engines may have been given different numbers of them. */
  secondsOf(row: Row): number | undefined
}

const WHAT: Readonly<Record<string, string>> = {
  W1A: 'word count, 459 k words',
  W1B: 'word count, 50 k words',
  W2: 'sum of 1 M driver-held numbers',
  W3: 'two-task job, p50',
  W4: 'an empty task of 10,000',
  W5: '10 M pairs, 1 M string keys',
  W6S: 'sort 5 M strings',
  W6D: 'sort 10 M doubles',
  W7: 'join 2 M × 2 M',
  W8: 'Monte Carlo, 50 M samples',
  W9: 'page rank, 1 M edges × 10',
  W10: 'k-means, 1 M × 8, × 10',
  W11: 'CSV, filter and group',
  W12: 'JSON lines, filter and group',
  W13: 'cold: nothing → cluster → first result',
}

/**
 * The one table, in Markdown: ours in seconds, and ours ÷ each peer, warm; then the same for whole processes. Losses are bold.
 * `×` = the peer gave no result or a wrong one; `–` = it was not asked.
 */
export function comparisonTable(rows: readonly Row[], heading: Heading): string {
  const engines = [...new Set(rows.map(row => row.engine))].filter(engine => engine !== OURS)
  const versions = [OURS, ...engines].map(engine => {
    const version = rows.find(row => row.engine === engine && row.version !== undefined)?.version
    return `${engine}${version === undefined ? '' : ` ${version}`}`
  })
  const head = ['workload', 'simspark', ...engines.map(engine => `÷ ${engine}`)]
  const lines = linesOf(rows).map(line => cells(line, rows, engines))
  return [
    `${heading.date}, ${heading.machine}, Node ${heading.node}. ${versions.join(', ')}. Medians of one run, local[2]; ours ÷ peer, **losses** bold.`,
    '',
    markdown(head, lines),
    '',
    `\`${heading.command}\``,
  ].join('\n')
}

function linesOf(rows: readonly Row[]): Line[] {
  const workloads = [...new Set(rows.map(row => row.workload))]
  const warm = workloads
    .filter(workload => workload !== 'W13')
    .map(
      (workload): Line => ({
        title: `${workload} ${WHAT[workload] ?? ''}`.trim(),
        workload,
        secondsOf: row => (row.warmS === undefined ? undefined : row.warmS / (row.tasks ?? 1)),
      }),
    )
  const p99: Line = { title: 'W3 two-task job, p99', workload: 'W3', secondsOf: row => row.p99S }
  const at = warm.findIndex(line => line.workload === 'W3')
  if (at >= 0) warm.splice(at + 1, 0, p99)
  const cold = workloads.map(
    (workload): Line => ({
      title: workload === 'W13' ? (WHAT[workload] ?? '') : `cold, exec to exit: ${workload}`,
      workload,
      secondsOf: row => row.coldS,
    }),
  )
  return [...warm, ...cold]
}

function cells(
  { title, workload, secondsOf }: Line,
  rows: readonly Row[],
  engines: readonly string[],
): string[] {
  const of = (engine: string): Row | undefined =>
    rows.findLast(row => row.workload === workload && row.engine === engine)
  const ours = of(OURS)
  const mine =
    ours === undefined || problemOf(ours, rows) !== undefined ? undefined : secondsOf(ours)
  const first = ours === undefined ? '–' : mine === undefined ? '×' : secondsText(mine)
  const others = engines.map(engine => {
    const row = of(engine)
    if (row === undefined) return '–'
    const theirs = problemOf(row, rows) === undefined ? secondsOf(row) : undefined
    if (theirs === undefined) return '×'
    if (mine === undefined) return '–'
    const ratio = mine / theirs
    return ratio > 1 ? `**${ratioText(ratio)}**` : ratioText(ratio)
  })
  return [title, first, ...others]
}

/** A table in Markdown. */
export function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map(c => c.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = `|${head.map((_, i) => (i === 0 ? '---' : '--:')).join('|')}|`
  return [row(head), rule, ...lines.map(row)].join('\n')
}

/** What went wrong, a line each; empty where nothing did. */
export function problems(rows: readonly Row[]): string[] {
  return rows.flatMap(row => {
    const problem = problemOf(row, rows)
    return problem === undefined ? [] : [`${row.workload} ${row.engine}: ${problem}`]
  })
}
