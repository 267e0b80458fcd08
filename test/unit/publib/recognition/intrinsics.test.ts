import { expect } from 'chai'
import { areUntouched } from '#publib/recognition'
import { shapeOf } from './shape-of.ts'

/** Runs `look` while `holder[key]` is something else. */
function whilePatched<T>(holder: object, key: PropertyKey, value: unknown, look: () => T): T {
  const before = Object.getOwnPropertyDescriptor(holder, key)
  Object.defineProperty(holder, key, { value, configurable: true, writable: true })
  try {
    return look()
  } finally {
    if (before === undefined) Reflect.deleteProperty(holder, key)
    else Object.defineProperty(holder, key, before)
  }
}

describe('the intrinsics of a shape', () => {
  const split = shapeOf((line: string) => line.split(' ')).intrinsics
  const byPattern = shapeOf((line: string) => line.split(/,/)).intrinsics
  const item = shapeOf(([a]: number[]) => a).intrinsics
  const field = shapeOf((a: { x: number }) => a.x).intrinsics
  const multiply = shapeOf((a: number) => Math.imul(a, a)).intrinsics

  it('hold as long as nobody patches them', () => {
    for (const names of [split, byPattern, item, field, multiply]) {
      expect(areUntouched(names), names.join()).to.equal(true)
    }
    expect(areUntouched(['something unknown'])).to.equal(false)
  })

  it('do not hold while one of them is another', () => {
    const cases: [readonly string[], object, PropertyKey][] = [
      [split, String.prototype, 'split'],
      [split, String.prototype, Symbol.split],
      [byPattern, RegExp.prototype, Symbol.split],
      [byPattern, RegExp.prototype, 'exec'],
      [byPattern, RegExp.prototype, 'flags'],
      [item, Array.prototype, Symbol.iterator],
      [item, Array.prototype, 3],
      [field, Object.prototype, 'x'],
      [multiply, Math, 'imul'],
      [multiply, globalThis, 'Math'],
    ]
    for (const [names, holder, key] of cases) {
      expect(
        whilePatched(
          holder,
          key,
          () => [],
          () => areUntouched(names),
        ),
        String(key),
      ).to.equal(false)
      expect(areUntouched(names)).to.equal(true)
    }
  })
})
