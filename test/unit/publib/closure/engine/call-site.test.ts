import { expect } from 'chai'
import { mapStack, userCallSite } from '../../../../../publib/closure/engine/call-site.ts'
import { functionInfos } from '../../../../../publib/closure/engine/function-info.ts'
import { holdWindow, scriptOf } from '../../../../../publib/closure/engine/scripts.ts'

/** Stands for an operation of the library. */
function operation(): ReturnType<typeof userCallSite> {
  return userCallSite(operation)
}

function lineOf(error: Error): number {
  const frame = /call-site\.test\.js:(\d+)/.exec(error.stack ?? '')
  return Number(frame?.[1])
}

describe('call sites', () => {
  it('are places in the source that the user wrote, not in what was compiled from it', () => {
    const site = operation()
    expect(site?.file).to.match(/test\/unit\/publib\/closure\/engine\/call-site\.test\.ts$/)
    expect(site?.file).to.not.include('/dist/')
    expect(site?.line).to.be.greaterThan(0)
  })

  it('leave the preparation of stacks as the program has set it', () => {
    const before = Error.prepareStackTrace
    const limit = Error.stackTraceLimit
    operation()
    expect(Error.prepareStackTrace).to.equal(before)
    expect(Error.stackTraceLimit).to.equal(limit)
  })

  it('are found however many frames of the library lie above them', () => {
    let call: () => ReturnType<typeof userCallSite> = userCallSite.bind(undefined, userCallSite)
    for (let i = 0; i < 20; i++) call = holdWindow.bind(undefined, call) as typeof call
    expect(call()?.file).to.match(/call-site\.test\.ts$/)
  })

  it('are unknown where only the library is on the stack', () => {
    expect(userCallSite(() => {})).to.equal(undefined)
  })
})

describe('stacks of executors', () => {
  const here = (): Error => new Error('where')
  const script = scriptOf(functionInfos([here])[0]?.location?.scriptId ?? '')

  it('are told in the lines of the source where the file has a map', () => {
    const line = lineOf(here())
    const stack = `Error: x\n    at fn (${script.url}?simspark:${line}:1)`
    expect(mapStack(stack)).to.match(/\/call-site\.test\.ts:\d+:\d+\)/)
    expect(mapStack(stack)).to.not.include('?simspark')
  })

  it('stay as they are for files without a map', () => {
    const stack = 'Error: x\n    at fn (file:///app/main.mjs:3:5)\n    at node:internal/x:1:1'
    expect(mapStack(stack)).to.equal(stack)
  })

  it('lose the mark of a file that this process does not know', () => {
    expect(mapStack('at fn (file:///app/other.js?simspark:3:5)')).to.equal(
      'at fn (file:///app/other.js:3:5)',
    )
  })
  it('cost no time where the message is huge', () => {
    const stack = `Error: ${'x'.repeat(60_000)}\n    at fn (${script.url}?simspark:1:1)`
    const startMs = performance.now()
    expect(mapStack(stack)).to.not.include('?simspark')
    expect(performance.now() - startMs).to.be.lessThan(1_000)
  })
})
