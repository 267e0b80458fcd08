import type { JobId, ShuffleId, StageId } from '#publib/util'
import { assert, stageId } from '#publib/util'
import type { JobSelector, JobSubmitted } from './events.ts'
import { newStage, type Stage } from './stage.ts'

/** One action under way. */
export interface Job {
  readonly id: JobId
  readonly groupId: string | undefined
  readonly tags: readonly string[]
  /** The scheduler pool; undefined: the default one. */
  readonly pool: string | undefined
  /** When it is cancelled its tasks are only told. */
  readonly isGentle: boolean
  /** Every stage of its lineage, parents first, skipped ones too. */
  readonly stages: readonly Stage[]
  readonly finalStage: Stage
}

/** Jobs and the stages they need; shuffle map stages are shared, and gone with the last job that needs them. */
export class StageTable {
  readonly #jobs = new Map<JobId, Job>()
  readonly #stages = new Map<StageId, Stage>()
  readonly #mapStages = new Map<ShuffleId, Stage>()
  #lastStageId = -1

  get isEmpty(): boolean {
    return this.#jobs.size === 0 && this.#stages.size === 0 && this.#mapStages.size === 0
  }

  get jobs(): readonly Job[] {
    return [...this.#jobs.values()]
  }

  job(id: JobId): Job | undefined {
    return this.#jobs.get(id)
  }

  jobsOf(which: JobSelector): readonly Job[] {
    return this.jobs.filter(job => {
      if (which.kind === 'all') return true
      if (which.kind === 'job') return job.id === which.jobId
      if (which.kind === 'group') return job.groupId === which.groupId
      if (which.kind === 'stage') return job.stages.some(({ id }) => id === which.stageId)
      return job.tags.includes(which.tag)
    })
  }

  stages(): readonly Stage[] {
    return [...this.#stages.values()]
  }

  stage(id: StageId): Stage | undefined {
    return this.#stages.get(id)
  }

  mapStage(id: ShuffleId): Stage | undefined {
    return this.#mapStages.get(id)
  }

  /** Plans the job; stages of shuffles that another job under way needs are shared. */
  addJob(event: JobSubmitted): Job {
    assert(!this.#jobs.has(event.jobId), `job ${event.jobId} is submitted twice`)
    const stages: Stage[] = []
    const byShuffle = new Map<ShuffleId, Stage>()
    for (const outline of event.outlines) {
      const { dependency } = outline
      let stage = dependency === undefined ? undefined : this.#mapStages.get(dependency.shuffleId)
      if (stage === undefined) {
        const parents = outline.inputs.map(input => byShuffle.get(input.shuffleId) as Stage)
        const result = dependency === undefined ? event : undefined
        stage = newStage(stageId(++this.#lastStageId), outline, parents, result)
        this.#stages.set(stage.id, stage)
      }
      if (dependency !== undefined) {
        byShuffle.set(dependency.shuffleId, stage)
        this.#mapStages.set(dependency.shuffleId, stage)
      }
      stage.jobIds.add(event.jobId)
      stages.push(stage)
    }
    const { jobId: id, groupId, tags, pool, isGentle = false } = event
    const job = { id, groupId, tags, pool, isGentle, stages, finalStage: stages.at(-1) as Stage }
    this.#jobs.set(id, job)
    return job
  }

  /** Takes the job out, and gives the stages that nobody needs any more; they are out too. */
  removeJob(job: Job): readonly Stage[] {
    this.#jobs.delete(job.id)
    for (const stage of job.stages) stage.jobIds.delete(job.id)
    const unused = job.stages.filter(stage => stage.jobIds.size === 0)
    for (const stage of unused) {
      this.#stages.delete(stage.id)
      if (stage.dependency !== undefined) this.#mapStages.delete(stage.dependency.shuffleId)
    }
    return unused
  }
}
