/**
 * The engine's inspector, read in-process: a call answers before it returns, so all of this is synchronous.
 *
 * Objects given to the engine come back as ids; ids are mapped back to the real values, identity kept, by a
 * function that stores its arguments in the holder, an object that both sides know.
 */
import type { Session } from 'node:inspector'
import { inspectorForbidden, realmInvisible } from '../errors.ts'

/** A value as the inspector describes it. */
export interface RemoteValue {
  readonly objectId?: string
  readonly unserializableValue?: string
  readonly value?: unknown
}

export interface RemoteProperty {
  readonly name: string
  readonly value?: RemoteValue
}

export interface RemoteProperties {
  readonly result: readonly RemoteProperty[]
  readonly internalProperties?: readonly RemoteProperty[]
  readonly privateProperties?: readonly RemoteProperty[]
}

type Parameters = Readonly<Record<string, unknown>>
export interface Message {
  readonly params: Parameters
}

/** Ids of this group are released after each capture; without a group they would live for ever. */
const GROUP = 'simspark-capture'

export class Inspector {
  /** What the engine and this side both reach. */
  readonly holder: Record<string, unknown> = Object.create(null)
  /** The context that this library was loaded into, where it is not the main one. */
  readonly contextId: number | undefined
  readonly #session: Session
  readonly #holderId: string
  #groupHolderId: string | undefined

  constructor() {
    const module = process.getBuiltinModule('node:inspector')
    this.#session = new module.Session()
    this.#session.connect()
    const key = `__simspark_${Math.random().toString(36).slice(2)}`
    Object.defineProperty(globalThis, key, { value: this.holder, configurable: true })
    try {
      const found = this.#findHolder(key)
      this.#holderId = found.id
      this.contextId = found.contextId
    } finally {
      Reflect.deleteProperty(globalThis, key)
    }
  }

  post<T = unknown>(method: string, parameters: Parameters = {}): T {
    let failure: Error | null = null
    let answer: unknown
    this.#session.post(method, parameters, (error: Error | null, result?: object) => {
      failure = error
      answer = result
    })
    if (failure) throw failure
    return answer as T
  }

  on(event: string, listener: (message: Message) => void): void {
    this.#session.on(event, listener as never)
  }

  off(event: string, listener: (message: Message) => void): void {
    this.#session.off(event, listener as never)
  }

  /** Puts a value into the holder and gives the engine's id of it, for this capture. */
  idOf(value: object): string {
    this.holder['value'] = value
    const id = this.properties(this.#groupHolder()).result.find(each => each.name === 'value')
    this.holder['value'] = undefined
    if (id?.value?.objectId === undefined) throw new Error('the inspector lost a value')
    return id.value.objectId
  }

  properties(objectId: string): RemoteProperties {
    return this.post('Runtime.getProperties', { objectId, ownProperties: true })
  }

  /** The real values, in the order of their descriptions. */
  realValues(descriptions: readonly RemoteValue[]): readonly unknown[] {
    if (descriptions.length === 0) return []
    this.post('Runtime.callFunctionOn', {
      objectId: this.#holderId,
      functionDeclaration: 'function(...values) { this.values = values }',
      arguments: descriptions.map(toArgument),
      silent: true,
      returnByValue: true,
    })
    const values = this.holder['values'] as readonly unknown[]
    this.holder['values'] = undefined
    return values
  }

  /** Lets the engine forget the ids given since the last call. */
  release(): void {
    if (this.#groupHolderId === undefined) return
    this.#groupHolderId = undefined
    this.post('Runtime.releaseObjectGroup', { objectGroup: GROUP })
  }

  #groupHolder(): string {
    this.#groupHolderId ??= this.post<{ result: { objectId: string } }>('Runtime.callFunctionOn', {
      objectId: this.#holderId,
      functionDeclaration: 'function() { return this }',
      objectGroup: GROUP,
    }).result.objectId
    return this.#groupHolderId
  }

  #findHolder(key: string): { id: string; contextId: number | undefined } {
    const here = this.#evaluate(`globalThis.${key}`)
    if (here !== undefined) return { id: here, contextId: undefined }
    for (const contextId of this.#contexts()) {
      const id = this.#evaluate(`globalThis.${key}`, contextId)
      if (id !== undefined) return { id, contextId }
    }
    throw realmInvisible()
  }

  #evaluate(expression: string, contextId?: number): string | undefined {
    const context = contextId === undefined ? {} : { contextId }
    const answer = this.post<{ result: RemoteValue }>('Runtime.evaluate', {
      expression,
      objectGroup: 'simspark',
      ...context,
    })
    return answer.result.objectId
  }

  #contexts(): number[] {
    const contexts: number[] = []
    const note = (message: Message): void => {
      contexts.push((message.params['context'] as { id: number }).id)
    }
    this.on('Runtime.executionContextCreated', note)
    this.post('Runtime.enable')
    this.off('Runtime.executionContextCreated', note)
    this.post('Runtime.disable')
    return contexts
  }
}

function toArgument(value: RemoteValue): RemoteValue {
  if (value.objectId !== undefined) return { objectId: value.objectId }
  if (value.unserializableValue !== undefined) {
    return { unserializableValue: value.unserializableValue }
  }
  return { value: value.value }
}

let shared: Inspector | undefined
let refusal: unknown

/** The process's session, made at first use. @throws INSPECTOR_FORBIDDEN */
export function inspector(): Inspector {
  if (shared) return shared
  if (refusal !== undefined) throw inspectorForbidden(refusal)
  try {
    shared = new Inspector()
  } catch (error) {
    refusal = error ?? new Error('refused')
    throw inspectorForbidden(error)
  }
  return shared
}

/** Whether captured variables can be read here. */
export function isInspectorAllowed(): boolean {
  try {
    inspector()
    return true
  } catch {
    return false
  }
}

/** The session if there is one already: for those who only look things up. */
export function existingInspector(): Inspector | undefined {
  return shared
}

/** The user's function is seldom far above the operation that it is passed to. */
const FRAMES_MAX = 100

interface Frame {
  readonly scriptId: string
  readonly url: string
}

/** The scripts of the functions that are running now, without enabling the debugger. */
export function urlsOnStack(): ReadonlyMap<string, string> {
  const engine = inspector()
  const { stackTraceLimit } = Error
  // Without a bound V8 14 aborts the process when it makes such an error.
  Error.stackTraceLimit = FRAMES_MAX
  // Only errors made while the runtime domain is enabled know the scripts of their frames.
  engine.post('Runtime.enable')
  try {
    const errorObjectId = engine.idOf(new Error('where is this'))
    const answer = engine.post<{ exceptionDetails?: { stackTrace?: { callFrames: Frame[] } } }>(
      'Runtime.getExceptionDetails',
      { errorObjectId },
    )
    const frames = answer.exceptionDetails?.stackTrace?.callFrames ?? []
    return new Map(frames.map(frame => [frame.scriptId, frame.url]))
  } finally {
    engine.post('Runtime.disable')
    Error.stackTraceLimit = stackTraceLimit
  }
}
