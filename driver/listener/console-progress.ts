import type { ProgressBar, StageProgress } from '#publib/cli'
import type { Cancellable, Clock } from '#publib/env'
import type { SparkListenerEvent, StageRecord, StatusStore } from '#publib/status'

/** A stage that is over sooner is not worth a line. */
const SHOWN_AFTER_MS = 500
const UPDATE_PERIOD_MS = 200
/** Stages that stand in the line at most. */
const STAGES_MAX = 3

export interface ConsoleProgressParts {
  readonly status: StatusStore
  readonly clock: Clock
  /** On a terminal, else it draws nothing. */
  readonly bar: ProgressBar
  /** `simspark.ui.consoleProgress.update.interval`. */
  readonly updatePeriodMs?: number | undefined
}

/** Spark's line at the foot of the terminal: `[Stage 0:====>        (12 + 4) / 100]`, while jobs run. */
export class ConsoleProgress {
  readonly #parts: ConsoleProgressParts
  #timer: Cancellable | undefined

  constructor(parts: ConsoleProgressParts) {
    this.#parts = parts
  }

  /** Hears of jobs in the turn in which they begin and end, so that the line is gone before their results are printed. */
  hear({ event }: SparkListenerEvent): void {
    const { clock, status, updatePeriodMs = UPDATE_PERIOD_MS } = this.#parts
    if (event === 'jobStart') {
      this.#timer ??= clock.every(updatePeriodMs, () => this.#draw())
    } else if (event === 'jobEnd' && !status.jobs().some(job => job.status === 'RUNNING')) {
      this.stop()
    }
  }

  /** Takes the line away. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#parts.bar.clear()
  }

  #draw(): void {
    const { status, clock, bar } = this.#parts
    const shown = stagesShown(status.stages(), clock.wallTime())
    if (shown.length > 0) bar.draw(shown)
    else bar.clear()
  }
}

/** The stages that stand in the line: those that have run for a while, the oldest first. */
export function stagesShown(
  stages: readonly Readonly<StageRecord>[],
  nowMs: number,
): readonly StageProgress[] {
  return stages
    .filter(({ status, submissionTime }) => {
      return status === 'ACTIVE' && nowMs - (submissionTime ?? nowMs) >= SHOWN_AFTER_MS
    })
    .slice(0, STAGES_MAX)
    .map(({ stageId, tasks }) => {
      const { total: tasksTotal, completed: tasksDone, active: tasksRunning } = tasks
      return { stageId, tasksTotal, tasksDone, tasksRunning }
    })
}
