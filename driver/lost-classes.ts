import type { Logger } from '#publib/log'

/** Classes that are remembered; a program with more has been told what to do. */
const CLASSES_MAX = 256

/** One warning for each class whose instances lose it on their way. */
export class LostClassWarnings {
  readonly #log: Pick<Logger, 'warn'>
  readonly #told = new Set<string>()

  constructor(log: Pick<Logger, 'warn'>) {
    this.#log = log
  }

  readonly note = (className: string): void => {
    if (this.#told.has(className) || this.#told.size >= CLASSES_MAX) return
    this.#told.add(className)
    this.#log.warn(
      `instances of ${className} travel as plain objects: fields stay, methods are lost. ` +
        'Make them anew in the function that calls methods, or keep records plain; ' +
        'what functions capture keeps its class',
      { className },
    )
  }
}
