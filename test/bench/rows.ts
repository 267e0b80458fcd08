/** What one engine did with one workload in one fresh process. */
export interface Row {
  readonly workload: string
  readonly engine: string
  readonly version?: string | undefined
  readonly answer?: string | undefined
  readonly error?: string | undefined
  /** Exec to exit of a process that does the work once. */
  readonly coldS?: number | undefined
  /** Median of the repetitions. */
  readonly warmS?: number | undefined
  readonly p99S?: number | undefined
  /** How many tasks, where that is what the workload measures. */
  readonly tasks?: number | undefined
  /** Cores that foreign processes used meanwhile. */
  readonly others?: number | undefined
  /** When it was measured. */
  readonly at: string
}

/** The answer that most engines gave to a workload; an engine alone is believed. */
export function agreedAnswer(rows: readonly Row[], workload: string): string | undefined {
  const votes = new Map<string, number>()
  for (const row of rows) {
    if (row.workload !== workload || row.answer === undefined) continue
    votes.set(row.answer, (votes.get(row.answer) ?? 0) + 1)
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0]
}

/** Undefined: the row counts. Otherwise why it does not. */
export function problemOf(row: Row, rows: readonly Row[]): string | undefined {
  if (row.answer === undefined) return row.error ?? 'no answer'
  if (row.tasks !== undefined) {
    return row.answer === String(row.tasks) ? undefined : `answers ${row.answer} for ${row.tasks}`
  }
  const agreed = agreedAnswer(rows, row.workload)
  return row.answer === agreed
    ? undefined
    : `answers ${row.answer.slice(0, 60)}, others ${agreed?.slice(0, 60)}`
}

/** `0.08`, `0.008`, `12`: two digits that say something. */
export function ratioText(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–'
  if (ratio >= 10) return ratio.toFixed(0)
  if (ratio >= 0.1) return ratio.toFixed(2)
  return ratio.toPrecision(1)
}

/** `1.39 s`, `47 ms`: three digits. */
export function secondsText(seconds: number): string {
  if (seconds >= 10) return `${seconds.toFixed(1)} s`
  if (seconds >= 1) return `${seconds.toFixed(2)} s`
  const ms = seconds * 1000
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`
}
