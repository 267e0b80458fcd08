import type { Root } from '#publib/lineage'
import type { Sink } from './sink.ts'
import { type Element, type Names, type Step, valueNamed } from './step.ts'

/** A loop as text, and what it is given at each call. */
export interface LoopText {
  /** The body of a function of `batch, f, r, v, h, s`: functions, roots, states of steps, helpers, what the sink gathers. */
  readonly body: string
  readonly yields: boolean
}

/** The steps of a chain and its end, as one loop over the elements of a batch. `name` makes the text unlike any other. */
export function loopText(steps: readonly Step[], sink: Sink, name: string): LoopText {
  const naming = new Naming()
  const offsets = rootOffsets(steps, sink)
  const write = (place: number, element: Element): string => {
    const names = naming.at(place, offsets[place]!)
    const step = steps[place]
    if (step === undefined) return sink.write(element, names)
    return `// ${step.tag}\n${step.write(element, names, next => write(place + 1, next))}`
  }
  const inner = write(0, valueNamed('x'))
  const roots = rootsOf(steps, sink)
  const body = `// ${name}
'use strict'
${roots.map((_, i) => `const f${i} = f[${i}], r${i} = r[${i}]\n`).join('')}let made = 0
${sink.begin}for (let i = 0; i < batch.length; i++) {
const x = batch[i]
${inner}}
${sink.end}//# sourceURL=${name}
`
  return { body, yields: sink.yields }
}

/** All functions of a chain, in the order in which the text numbers them. */
export function rootsOf(steps: readonly Step[], sink: Sink): readonly Root[] {
  return [...steps.flatMap(({ roots }) => roots), ...sink.roots]
}

/** For each step, and for the sink, the number of its first function. */
function rootOffsets(steps: readonly Step[], sink: Sink): readonly number[] {
  const offsets = [0]
  for (const { roots } of [...steps, sink]) offsets.push(offsets.at(-1)! + roots.length)
  return offsets
}

class Naming {
  #variables = 0

  at(place: number, offset: number): Names {
    return {
      fresh: () => `x${++this.#variables}`,
      fn: index => `f${offset + index}`,
      root: index => `r${offset + index}`,
      state: `v[${place}]`,
    }
  }
}
