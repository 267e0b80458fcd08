import { expect } from 'chai'
import { NAME, warmLoop } from '../../../../publib/codegen/typed/warm-loops.ts'

const body = (result: string) => `// ${NAME}: test\nreturn ${result}\n//# sourceURL=${NAME}\n`
const doubled = (by: number) => (x: number) => x * by
const loopOf = (text: string, functions: readonly unknown[], name = 'simspark:/test') =>
  warmLoop(text, false, functions, name) as unknown as (c: unknown) => unknown

describe('warm loops', () => {
  it('are one for equal texts and functions of equal texts, whatever these captured', () => {
    const first = loopOf(body('c'), [doubled(2)])
    expect(loopOf(body('c'), [doubled(3)], 'simspark:/other')).to.equal(first)
    expect(first(7)).to.equal(7)
  })

  it('are apart for other texts, other functions, or where one yields', () => {
    const first = loopOf(body('c'), [doubled(2)])
    expect(loopOf(body('c + 1'), [doubled(2)])).to.not.equal(first)
    expect(loopOf(body('c'), [(x: number) => x + 2])).to.not.equal(first)
    expect(loopOf(body('c'), [])).to.not.equal(first)
    expect(warmLoop(body('c'), true, [doubled(2)], 'simspark:/test')).to.not.equal(first)
  })

  it('carry the name of the stage that they were first made for', () => {
    expect(String(loopOf(body('"named"'), [], 'simspark:/stage-7/loop-1'))).to.contain(
      'simspark:/stage-7/loop-1',
    )
  })

  it('are kept within bounds, the latest used longest', () => {
    const first = loopOf(body('"kept"'), [])
    const second = loopOf(body('"forgotten"'), [])
    for (let i = 0; i < 300; i++) {
      loopOf(body(`${i}`), [])
      expect(loopOf(body('"kept"'), [])).to.equal(first)
    }
    expect(loopOf(body('"forgotten"'), [])).to.not.equal(second)
  })
})
