import { inspect } from 'node:util'
import { expect } from 'chai'
import { decodeShape, encodeShape } from '#publib/recognition'
import { assertExactly } from '../../../support/property.ts'
import { chooseSeed } from '../../../support/random.ts'
import { evaluate, Unfit } from '../../../support/shape-interpreter.ts'
import { FunctionWriter } from './random-functions.ts'
import { recognised } from './shape-of.ts'

type AnyFunction = (...given: unknown[]) => unknown
type Outcome = { readonly value: unknown } | { readonly error: unknown }

function outcomeOf(run: () => unknown): Outcome {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}

/** Functions with a helper and a constant, made from texts as a user would write them. */
function functionsOf(texts: readonly string[]): AnyFunction[] {
  const make = new Function(
    `const k = 7
function h(x, y = 2) { if (x === y) return k; const z = [x, y]; return z[0] ?? y }
return [${texts.join(',\n')}]`,
  )
  return make() as AnyFunction[]
}

describe('the shape of a random function', () => {
  const seed = chooseSeed()

  it('gives what the function gives, and fails where it fails', () => {
    const writer = new FunctionWriter(seed)
    const texts = Array.from({ length: 160 }, () => writer.write())
    const fns = functionsOf(texts)
    const counts = { shapes: 0, values: 0, errors: 0, stricter: 0, unfit: 0 }
    recognised(fns).forEach(({ shape }, index) => {
      if (shape === undefined) return
      counts.shapes++
      const travelled = decodeShape(JSON.parse(JSON.stringify(encodeShape(shape))))
      assertExactly(travelled, shape)
      for (let run = 0; run < 8; run++) {
        const given = [writer.value(), writer.value()]
        const told = outcomeOf(() => evaluate(travelled, structuredClone(given)))
        const actual = outcomeOf(() => fns[index]!(...structuredClone(given)))
        const about = `seed ${seed}: ${texts[index]} of ${inspect(given)}`
        if ('error' in told && told.error instanceof Unfit) counts.unfit++
        else if ('error' in told) counts['error' in actual ? 'errors' : 'stricter']++
        else if ('error' in actual) throw new Error(`${about} fails, and its shape does not`)
        else {
          counts.values++
          assertExactly(told.value, actual.value, about)
        }
      }
    })
    expect(counts.shapes).to.be.above(120)
    expect(counts.values).to.be.above(250)
    // It may fail more often, but that must be rare: such a shape is of no use.
    expect(counts.stricter / (counts.values + counts.stricter)).to.be.below(0.1)
  })
})
