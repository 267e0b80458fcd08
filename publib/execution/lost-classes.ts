/** Names that one task tells of at most, and that an executor remembers. */
const TOLD_PER_TASK_MAX = 16
const REMEMBERED_MAX = 256
const NAME_LENGTH_MAX = 200

/** The classes whose instances became plain objects in what an executor encoded; each is told of once. */
export class LostClasses {
  readonly #known = new Set<string>()
  #fresh: string[] = []

  readonly note = (className: string): void => {
    if (this.#known.has(className) || this.#known.size >= REMEMBERED_MAX) return
    if (this.#fresh.length >= TOLD_PER_TASK_MAX) return
    this.#known.add(className)
    this.#fresh[this.#fresh.length] = className.slice(0, NAME_LENGTH_MAX)
  }

  /** Those that came up since this was last asked; undefined for none, which is the rule. */
  take(): readonly string[] | undefined {
    if (this.#fresh.length === 0) return undefined
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }
}
