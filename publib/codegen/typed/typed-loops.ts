import { type Column, rowsOf, valuesOf } from '#publib/columnar'
import type { Chain } from '../chain.ts'
import { signatureOf } from './input.ts'
import { Splitter } from './splitting.ts'
import { type End, type TypedLoop, typedLoop } from './typed-loop.ts'
import { NAME, type TypedFunction, warmLoop } from './warm-loops.ts'

export interface Compiled extends Omit<TypedLoop, 'body'> {
  readonly run: TypedFunction
  /** Like that of no other loop of the stage. */
  readonly number: number
  readonly splitter: Splitter | undefined
}

/** Kinds of columns that one step of a chain is compiled for. Columns of more kinds are read as plain values. */
const SIGNATURES_MAX = 12

/** Loops made in this thread so far. */
let made = 0

/** The typed loops of one stage on one executor, each compiled once: tasks bring their own functions. */
export class TypedLoops {
  readonly #stage: string
  readonly #loops = new Map<string, Map<string, Compiled>>()

  constructor(stage: string) {
    this.#stage = stage
  }

  /** The loop for a column, and the column as that loop reads it. `chainKey` is that of the chain and its end. */
  loopOf(
    chain: Chain,
    end: End,
    { chainKey, place, signature }: { chainKey: string; place: number; signature: string },
    column: Column,
  ): [Compiled, Column] {
    const key = `${chainKey} ${place}`
    const loops = this.#loops.get(key) ?? new Map<string, Compiled>()
    this.#loops.set(key, loops)
    const known = loops.get(signature)
    if (known !== undefined) return [known, column]
    if (loops.size >= SIGNATURES_MAX && column.kind !== 'values') {
      const plain: Column = { kind: 'values', values: valuesOf(column) }
      return this.loopOf(chain, end, { chainKey, place, signature: signatureOf(plain) }, plain)
    }
    const compiled = this.#compile(chain, place, column, signature, end)
    loops.set(signature, compiled)
    return [compiled, column]
  }

  #compile(chain: Chain, place: number, column: Column, signature: string, end: End): Compiled {
    const number = made++
    const { body, yields, isRowwise, leaves, next } = typedLoop(
      chain,
      place,
      column,
      signature,
      end,
      NAME,
    )
    // See CompiledLoops.
    const name = `simspark:/publib/codegen/stage-${this.#stage}/loop-typed-${number}`
    const run = warmLoop(body, yields, functionsOf(chain, end), name)
    const splitter = next && new Splitter(next.splitting)
    return { run, number, yields, isRowwise, leaves, next, splitter }
  }
}

/** All functions that a loop may call. */
function functionsOf({ steps }: Chain, { sink }: End): readonly unknown[] {
  return [...steps.flatMap(step => step.roots), ...sink.roots].map(root => root.value)
}

/**
 * The same for the same chain and end. Functions whose shape holds are in it: what a task patched of the language takes it
 * from those that rely on that.
 */
export function chainKeyOf({ key, steps }: Chain, { sink, way }: End): string {
  const roots = [...steps.flatMap(step => step.roots), ...sink.roots]
  const shapes = roots.map(root => (root.shape === undefined ? '-' : '+')).join('')
  return `${key} ${sink.tag} ${way} ${shapes}`
}

export function isEmptyColumn(column: Column): boolean {
  return rowsOf(column) === 0
}
