import type { JobSummary } from '#publib/protocol'
import type { StatusStore } from '#publib/status'

type Store = Pick<StatusStore, 'jobs' | 'stage'>
type Job = ReturnType<Store['jobs']>[number]

/** Jobs that are looked at: the latest. */
const JOBS_MAX = 50
const TEXT_MAX = 200
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const CONTROL = /[\u0000-\u001f\u007f]/g

/** What the master is told of jobs: a few numbers each, and only of those that have changed since. */
export class JobReports {
  readonly #store: Store
  readonly #told = new Map<number, string>()

  constructor(store: Store) {
    this.#store = store
  }

  changed(): readonly JobSummary[] {
    const latest = this.#store.jobs().slice(-JOBS_MAX)
    const kept = new Set(latest.map(({ jobId }) => jobId))
    for (const jobId of this.#told.keys()) if (!kept.has(jobId)) this.#told.delete(jobId)
    return latest.map(job => this.#summary(job)).filter(summary => this.#isNews(summary))
  }

  #isNews(summary: JobSummary): boolean {
    const text = JSON.stringify(summary)
    if (this.#told.get(summary.jobId) === text) return false
    this.#told.set(summary.jobId, text)
    return true
  }

  #summary(job: Job): JobSummary {
    const counts = job.stageIds.map(stageId => this.#store.stage(stageId)?.tasks)
    const sum = (of: 'total' | 'completed' | 'failed'): number =>
      counts.reduce((total, tasks) => total + (tasks?.[of] ?? 0), 0)
    const { jobId, status, completionTime: endedMs } = job
    return {
      ...{ jobId, status, description: shown(job.description ?? ''), tasksTotal: sum('total') },
      ...{ tasksDone: sum('completed'), tasksFailed: sum('failed') },
      ...{ startedMs: job.submissionTime, ...(endedMs === undefined ? {} : { endedMs }) },
    }
  }
}

function shown(text: string): string {
  return text.replace(CONTROL, ' ').slice(0, TEXT_MAX)
}
