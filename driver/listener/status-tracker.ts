import type { ExecutorInfo, JobInfo, StageInfo, StatusStore } from '#publib/status'
import { stageInfoOf } from '#publib/status'

/** What the driver has heard of; what is long over is forgotten. */
export class StatusTracker {
  readonly #store: StatusStore

  constructor(store: StatusStore) {
    this.#store = store
  }

  /** Without a group: jobs that have none. */
  getJobIdsForGroup(groupId?: string): readonly number[] {
    return this.#jobIds(job => job.groupId === groupId)
  }

  getJobIdsForTag(tag: string): readonly number[] {
    return this.#jobIds(job => job.tags.includes(tag))
  }

  getActiveJobIds(): readonly number[] {
    return this.#jobIds(job => job.status === 'RUNNING')
  }

  getActiveStageIds(): readonly number[] {
    const active = this.#store.stages().filter(({ status }) => status === 'ACTIVE')
    return [...new Set(active.map(({ stageId }) => stageId))]
  }

  getJobInfo(jobId: number): JobInfo | undefined {
    return this.#store.job(jobId)
  }

  /** Of the last attempt. */
  getStageInfo(stageId: number): StageInfo | undefined {
    const record = this.#store.stage(stageId)
    return record === undefined ? undefined : stageInfoOf(record)
  }

  getExecutorInfos(): readonly ExecutorInfo[] {
    return this.#store.executorInfos()
  }

  #jobIds(isMeant: (job: JobInfo) => boolean): readonly number[] {
    return this.#store
      .jobs()
      .filter(isMeant)
      .map(({ jobId }) => jobId)
  }
}
