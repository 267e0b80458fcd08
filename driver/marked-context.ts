import { JobMarks } from './job-marks.ts'
import type { JobOptions } from './options.ts'

/** The local property that chooses the scheduler pool of jobs. */
export const POOL_PROPERTY = 'simspark.scheduler.pool'

/** The marks of jobs, as a context sets them: they hold for what follows in this async context and what it starts, for nothing beside it. */
export abstract class MarkedContext {
  protected readonly marks = new JobMarks()

  /**
   * Jobs from here on belong to a group, which `cancelJobGroup` cancels.
   *
   * @param interruptOnCancel as for `setInterruptOnCancel`
   */
  setJobGroup(groupId: string, description: string, interruptOnCancel?: boolean): void {
    this.marks.change({ groupId, description, interruptOnCancel })
  }

  clearJobGroup(): void {
    this.marks.change({ groupId: undefined, description: undefined, interruptOnCancel: undefined })
  }

  /**
   * What becomes of running tasks when their job is cancelled. They are told at once, through `TaskContext.signal` and
   * between records. With true, the default, the thread of a task that does not end within 50 ms is ended; with false it
   * runs on, and holds its executor until it ends by itself. The action rejects at once either way.
   */
  setInterruptOnCancel(interruptOnCancel: boolean): void {
    this.marks.change({ interruptOnCancel })
  }

  setJobDescription(description: string | undefined): void {
    this.marks.change({ description })
  }

  addJobTag(tag: string): void {
    this.marks.change({ tags: new Set([...this.marks.current.tags, tag]) })
  }

  removeJobTag(tag: string): void {
    const tags = [...this.marks.current.tags].filter(other => other !== tag)
    this.marks.change({ tags: new Set(tags) })
  }

  clearJobTags(): void {
    this.marks.change({ tags: new Set() })
  }

  getJobTags(): ReadonlySet<string> {
    return new Set(this.marks.current.tags)
  }

  /** Tasks read it from their context. */
  setLocalProperty(key: string, value: string | undefined): void {
    const entries = Object.entries(this.marks.current.properties).filter(([name]) => name !== key)
    if (value !== undefined) entries.push([key, value])
    this.marks.change({ properties: Object.fromEntries(entries) })
  }

  getLocalProperty(key: string): string | undefined {
    const { properties } = this.marks.current
    return Object.hasOwn(properties, key) ? properties[key] : undefined
  }

  /** Shown in the place of the user's line. */
  setCallSite(text: string): void {
    this.marks.change({ callSite: text })
  }

  clearCallSite(): void {
    this.marks.change({ callSite: undefined })
  }

  /** Marks that end with `body`. */
  withJobOptions<R>(options: JobOptions, body: () => R): R {
    const { current } = this.marks
    const { groupId = current.groupId, description = current.description } = options
    const { interruptOnCancel = current.interruptOnCancel, pool } = options
    const tags = new Set([...current.tags, ...(options.tags ?? [])])
    const inPool = pool === undefined ? {} : { [POOL_PROPERTY]: pool }
    const properties = { ...current.properties, ...options.localProperties, ...inPool }
    const marks = { groupId, description, interruptOnCancel, tags, properties }
    return this.marks.during(marks, body)
  }
}
