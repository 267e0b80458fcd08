import { expect } from 'chai'
import { withUserPlaces } from '../../../../driver/scheduler/shell-places.ts'

const engine = [
  '    at OpenLoop.loop (simspark:/publib/codegen/stage-0/loop-0:12:12)',
  '    at StageLoops.run (file:///opt/x/node_modules/simspark/dist/publib/codegen/loops.js:35:19)',
]

/** The stack that a user sees of what a task threw. */
function shown(stack: string): string | undefined {
  const error = { name: 'TypeError', code: undefined, message: 'bad', stack }
  const end = withUserPlaces({ kind: 'failed', error, retryable: true })
  return end.kind === 'failed' ? end.error.stack : undefined
}

describe('the stack of what a user function threw', () => {
  it("ends where the engine called in, wherever the executor's engine lies", () => {
    const own = [
      'TypeError: bad',
      '    at helper (/app/a.mjs:3:5)',
      '    at file:///app/main.mjs:9:1',
    ]
    expect(shown([...own, ...engine].join('\n'))).to.equal(own.join('\n'))
  })

  it('stays whole where the engine itself threw', () => {
    const stack = ['Error: bad', ...engine].join('\n')
    expect(shown(stack)).to.equal(stack)
  })
})
