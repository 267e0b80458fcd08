import { createRequire } from 'node:module'
import type * as CliProgress from 'cli-progress'

/** What a stage's line shows. */
export interface StageProgress {
  readonly stageId: number
  readonly tasksTotal: number
  readonly tasksDone: number
  readonly tasksRunning: number
}

/** Stages that stand in one line at most. */
const STAGES_MAX = 3

let loaded: typeof CliProgress | undefined

/** The door of cli-progress: loaded with the first line that is drawn. */
function cliProgress(): typeof CliProgress {
  loaded ??= createRequire(import.meta.url)('cli-progress') as typeof CliProgress
  return loaded
}

/**
 * Spark's line, for up to three stages: `[Stage 0:====>        (12 + 4) / 100]`.
 *
 * @example
 * progressLine([{ stageId: 0, tasksTotal: 100, tasksDone: 12, tasksRunning: 4 }], 80)
 */
export function progressLine(stages: readonly StageProgress[], width: number): string {
  const shown = stages.slice(0, STAGES_MAX)
  const each = Math.floor(width / Math.max(shown.length, 1))
  return shown.map(stage => stageBar(stage, each)).join('')
}

function stageBar(stage: StageProgress, width: number): string {
  const { tasksTotal, tasksDone, tasksRunning } = stage
  const head = `[Stage ${stage.stageId}:`
  const tail = `(${tasksDone} + ${tasksRunning}) / ${tasksTotal}]`
  const barsize = width - head.length - tail.length - 1
  if (barsize < 1) return head + tail
  const share = Math.min(1, tasksDone / Math.max(tasksTotal, 1))
  // The glue is part of the bar's width, so that a line keeps its length.
  const bar = cliProgress().Format.BarFormat(share, {
    barsize,
    barCompleteString: '='.repeat(barsize),
    barIncompleteString: ' '.repeat(barsize),
    barGlue: share < 1 ? '>' : '=',
  })
  return head + bar + tail
}

/** The line at the foot of a terminal that is redrawn in place. */
export interface ProgressBar {
  /** Draws, in place of what it drew before. */
  draw(stages: readonly StageProgress[]): void
  /** Takes the line away, so that other text may be written. */
  clear(): void
}

/** A bar on a terminal; on anything else one that draws nothing. */
export function progressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (stream.isTTY !== true) return { draw: () => {}, clear: () => {} }
  let drawn = ''
  const clear = (): void => {
    if (drawn !== '') stream.write(`\r${' '.repeat(drawn.length)}\r`)
    drawn = ''
  }
  const draw = (stages: readonly StageProgress[]): void => {
    // The last column stays free: a full line would scroll.
    const line = progressLine(stages, (stream.columns || 80) - 1)
    if (line.length < drawn.length) clear()
    if (line !== drawn) stream.write(`\r${line}`)
    drawn = line
  }
  return { draw, clear }
}
