import { runInThisContext } from 'node:vm'
import { expect } from 'chai'
import { functionInfos } from '../../../../../publib/closure/engine/function-info.ts'
import { inspector, urlsOnStack } from '../../../../../publib/closure/engine/inspector.ts'
import {
  holdWindow,
  inWindow,
  scriptAtHand,
  scriptOf,
  scriptText,
} from '../../../../../publib/closure/engine/scripts.ts'

/** How many scripts the engine tells of while `body` runs: none, unless the debugger is enabled. */
function scriptsTold(body: () => void): number {
  let count = 0
  const note = (): void => {
    count++
  }
  inspector().on('Debugger.scriptParsed', note)
  body()
  inspector().off('Debugger.scriptParsed', note)
  return count
}

let made = 0
const loadScript = (): void => void runInThisContext(`${made++}`)

describe('the window in which the debugger is enabled', () => {
  it('is closed again after each use', function () {
    if (process.env['NODE_V8_COVERAGE'] !== undefined) this.skip()
    inWindow(() => {})
    expect(scriptsTold(loadScript)).to.equal(0)
  })

  it('stays open for as long as a capture holds it, and no longer', function () {
    if (process.env['NODE_V8_COVERAGE'] !== undefined) this.skip()
    holdWindow(() => {
      inWindow(() => {})
      expect(scriptsTold(loadScript)).to.equal(1)
    })
    expect(scriptsTold(loadScript)).to.equal(0)
  })

  it('is not opened for a function whose file is on the stack', () => {
    const program = (x: number): number => x + 1
    const text = Function.prototype.toString.call(program)
    const {
      scriptId = '',
      lineNumber = 0,
      columnNumber = 0,
    } = functionInfos([program])[0]?.location ?? {}
    const sample = { isModule: true, text, line: lineNumber, column: columnNumber }
    expect(scriptAtHand(scriptId, sample)?.url).to.match(/scripts\.test\.js$/)
  })

  it('is needed for a function that is in no file', () => {
    const fn = new Function('return () => 1')() as () => number
    const scriptId = functionInfos([fn])[0]?.location?.scriptId ?? ''
    const sample = { isModule: false, text: '() => 1', line: 0, column: 0 }
    expect(scriptAtHand(scriptId, sample)).to.equal(undefined)
  })
})

describe('scripts', () => {
  it('are found on the stack of a program that sets no limit to stacks', () => {
    const { stackTraceLimit } = Error
    for (const limit of [Number.POSITIVE_INFINITY, 0, 1_000_000]) {
      Error.stackTraceLimit = limit
      expect([...urlsOnStack().values()].some(url => url.endsWith('scripts.test.js'))).to.equal(
        true,
      )
      expect(Error.stackTraceLimit).to.equal(limit)
    }
    Error.stackTraceLimit = stackTraceLimit
  })

  it('are found with their file and text', () => {
    const marker = (): string => 'a marker in this file'
    const scriptId = functionInfos([marker])[0]?.location?.scriptId ?? ''
    const script = scriptOf(scriptId)
    expect(script.url).to.match(/scripts\.test\.js$/)
    expect(script.isModule).to.equal(true)
    expect(script.sourceMapUrl).to.equal('scripts.test.js.map')
    expect(scriptText(scriptId)).to.include('a marker in this file')
  })
})
