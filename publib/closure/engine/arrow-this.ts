/**
 * The `this` that an arrow function captured, which the engine shows nowhere, read without running the arrow.
 *
 * A conditional breakpoint stands on every breakable position of the arrow; its condition hands `this` over, asks the
 * engine to terminate the execution and is false, so nothing pauses. The arrow is then called; the engine obeys the
 * termination before the first statement, and the evaluation's time limit clears it. Nothing of the body runs.
 */

import { type AnyFunction, isReference } from '../function.ts'
import type { ScriptLocation } from './function-info.ts'
import { type Inspector, inspector } from './inspector.ts'
import { inWindow } from './scripts.ts'

export interface Captured {
  readonly value: unknown
}

const EVALUATION_TIMEOUT_MS = 2_000
const PARAMETERS_MAX = 16
const ELEMENTS_MAX = 64
const KEY = '__simspark_arrow'

/** An arrow's `this` never changes, so it is read once. */
const known = new WeakMap<AnyFunction, Captured | WeakRef<object>>()

export interface ArrowPlace {
  readonly location: ScriptLocation
  readonly text: string
  /** The global object that the arrow sees. */
  readonly realm: object
}

/** Undefined where the engine did not hand it over. */
export function captureThis(arrow: AnyFunction, place: ArrowPlace): Captured | undefined {
  const before = known.get(arrow)
  if (before instanceof WeakRef) {
    const value = before.deref()
    if (value !== undefined) return { value }
  } else if (before) return before
  const captured = evaluateInside(arrow, 'this', place)
  if (captured) {
    known.set(arrow, isReference(captured.value) ? new WeakRef(captured.value) : captured)
  }
  return captured
}

/** The value of an expression at the head of a function's body, of which nothing runs. */
export function evaluateInside(
  fn: AnyFunction,
  expression: string,
  place: ArrowPlace,
): Captured | undefined {
  return inWindow(() => {
    const engine = inspector()
    const handOver = new HandOver(engine, fn)
    const removeKey = exposeHolder(engine.holder, place.realm)
    const condition = `${KEY}.grab(${expression})`
    const breakpoints = setBreakpoints(engine, fn, condition, place)
    try {
      // Without a breakpoint nothing would stop the body.
      if (breakpoints.length > 0) runUntilTerminated(engine)
    } finally {
      for (const breakpointId of breakpoints) {
        attempt(() => engine.post('Debugger.removeBreakpoint', { breakpointId }))
      }
      removeKey()
      handOver.end()
    }
    return handOver.captured
  })
}

/** What the breakpoint's condition calls. */
class HandOver {
  captured: Captured | undefined
  readonly #engine: Inspector

  constructor(engine: Inspector, fn: AnyFunction) {
    this.#engine = engine
    engine.holder['arrow'] = fn
    engine.holder['parameters'] = Array.from({ length: PARAMETERS_MAX }, () => anything)
    engine.holder['grab'] = (value: unknown): boolean => {
      this.captured = { value }
      engine.post('Runtime.terminateExecution')
      return false
    }
  }

  end(): void {
    for (const name of ['arrow', 'parameters', 'grab']) this.#engine.holder[name] = undefined
  }
}

function exposeHolder(holder: object, realm: object): () => void {
  const globals = realm === globalThis ? [globalThis] : [globalThis, realm]
  for (const each of globals) {
    Object.defineProperty(each, KEY, { value: holder, configurable: true })
  }
  return () => {
    for (const each of globals) Reflect.deleteProperty(each, KEY)
  }
}

function setBreakpoints(
  engine: Inspector,
  fn: AnyFunction,
  condition: string,
  place: ArrowPlace,
): string[] {
  const set: string[] = []
  const add = (method: string, parameters: Record<string, unknown>): void => {
    attempt(() => {
      const answer = engine.post<{ breakpointId: string }>(method, { ...parameters, condition })
      set.push(answer.breakpointId)
    })
  }
  for (const { scriptId, lineNumber, columnNumber } of breakablePositions(engine, place)) {
    add('Debugger.setBreakpoint', { location: { scriptId, lineNumber, columnNumber } })
  }
  add('Debugger.setBreakpointOnFunctionCall', { objectId: engine.idOf(fn) })
  return set
}

function breakablePositions(engine: Inspector, place: ArrowPlace): readonly ScriptLocation[] {
  const { location } = place
  const lines = place.text.split('\n')
  const last = lines.at(-1) ?? ''
  const end = {
    scriptId: location.scriptId,
    lineNumber: location.lineNumber + lines.length - 1,
    columnNumber: (lines.length === 1 ? location.columnNumber : 0) + last.length,
  }
  const answer = attempt(() =>
    engine.post<{ locations: readonly ScriptLocation[] }>('Debugger.getPossibleBreakpoints', {
      start: location,
      end,
      restrictToFunction: true,
    }),
  )
  return answer?.locations ?? []
}

/** The call ends by termination, which the inspector reports as an error: that is the plan. */
function runUntilTerminated(engine: Inspector): void {
  const context = engine.contextId === undefined ? {} : { contextId: engine.contextId }
  attempt(() =>
    engine.post('Runtime.evaluate', {
      expression: `${KEY}.arrow(...${KEY}.parameters)`,
      timeout: EVALUATION_TIMEOUT_MS,
      silent: true,
      ...context,
    }),
  )
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}

/** A parameter that bears whatever patterns and defaults do with it. */
const anything: unknown = new Proxy(() => {}, {
  get(_target, key) {
    if (key === Symbol.iterator) return elements
    return key === Symbol.toPrimitive ? () => '' : anything
  },
  apply: () => anything,
  construct: () => anything as object,
})

function* elements(): Generator<unknown> {
  for (let i = 0; i < ELEMENTS_MAX; i++) yield anything
}
