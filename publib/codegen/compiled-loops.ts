import type { Batch } from '#publib/columnar'
import type { Root } from '#publib/lineage'
import type { Chain } from './chain.ts'
import type { LoopHelpers } from './loop-helpers.ts'
import { loopText } from './loop-text.ts'
import type { Sink } from './sink.ts'

/** A compiled loop: called with each batch of the source. Gives what its sink returns, or a generator of batches. */
export type Loop = (
  batch: Batch<unknown>,
  functions: readonly unknown[],
  roots: readonly Root[],
  states: readonly unknown[],
  helpers: LoopHelpers,
  gathered: unknown,
) => unknown

/** Loops made in this thread so far. */
let made = 0

/** The loops of one stage on one executor, each compiled once: tasks bring their own functions. */
export class CompiledLoops {
  readonly #stage: string
  readonly #loops = new Map<string, Loop>()

  constructor(stage: string) {
    this.#stage = stage
  }

  loopOf({ key, steps }: Chain, sink: Sink): Loop {
    const name = `${key} ${sink.tag}`
    const known = this.#loops.get(name)
    if (known !== undefined) return known
    // V8 shares what it learns between equal texts, and two stages would spoil each other's. On stacks the path says that
    // the place is not the user's.
    const unique = `simspark:/publib/codegen/stage-${this.#stage}/loop-${made++}`
    const loop = compile(loopText(steps, sink, unique))
    this.#loops.set(name, loop)
    return loop
  }
}

function compile({ body, yields }: { readonly body: string; readonly yields: boolean }): Loop {
  const star = yields ? '*' : ''
  return new Function(`return function${star} loop(batch, f, r, v, h, s) {\n${body}}`)() as Loop
}
