import { JobMarks } from './job-marks.ts'
import type { JobOptions } from './options.ts'

/** The marks of jobs, as a context sets them: they hold for what follows in this async context and what it starts, for nothing beside it. */
export abstract class MarkedContext {
  protected readonly marks = new JobMarks()

  setJobGroup(groupId: string, description: string, interruptOnCancel = false): void {
    this.marks.change({ groupId, description, interruptOnCancel })
  }

  clearJobGroup(): void {
    this.marks.change({ groupId: undefined, description: undefined, interruptOnCancel: undefined })
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
    const tags = new Set([...current.tags, ...(options.tags ?? [])])
    const properties = { ...current.properties, ...options.localProperties }
    return this.marks.during({ groupId, description, tags, properties }, body)
  }
}
