import { AsyncLocalStorage } from 'node:async_hooks'

/** What jobs started here are marked with. Never changed: new marks take the place of old ones. */
export interface Marks {
  readonly groupId?: string | undefined
  readonly description?: string | undefined
  readonly interruptOnCancel?: boolean | undefined
  readonly tags: ReadonlySet<string>
  readonly properties: Readonly<Record<string, string>>
  /** Shown in the place of the user's line. */
  readonly callSite?: string | undefined
}

const NONE: Marks = { tags: new Set(), properties: {} }

/** The marks of jobs: they hold for what follows in this async context and what it starts, for nothing beside it. */
export class JobMarks {
  readonly #storage = new AsyncLocalStorage<Marks>()

  constructor() {
    // Before Node 24 promises know their context only if they were made after the first use: marks would leak among those.
    this.#storage.run(NONE, () => undefined)
  }

  /** No mark holds any more. Until then every promise of the program costs a little for it. */
  end(): void {
    this.#storage.disable()
  }

  get current(): Marks {
    return this.#storage.getStore() ?? NONE
  }

  /** From here on. */
  change(changes: Partial<Marks>): void {
    this.#storage.enterWith({ ...this.current, ...changes })
  }

  /** For `body`, and what it starts. */
  during<R>(changes: Partial<Marks>, body: () => R): R {
    return this.#storage.run({ ...this.current, ...changes }, body)
  }
}
