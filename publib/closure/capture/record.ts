/** What a capture notes of each function that it ships by value. */
import type { CallSite } from '#publib/util'
import type { FunctionAnalysis } from '../analysis/analysis.ts'
import type { FunctionInfo } from '../engine/function-info.ts'
import type { Script } from '../engine/scripts.ts'
import type { AnyFunction } from '../function.ts'
import type { ClassNode, Encoded, FunctionNode, NodeId } from '../wire.ts'
import type { Trail } from './trail.ts'

/** A variable that a function takes from outside. */
export interface Capture {
  readonly name: string
  readonly trail: Trail
  readonly isWritten: boolean
  /** The scope that declares it, counted from the function outwards; undefined for globals of the user. */
  readonly scopeIndex: number | undefined
  readonly scope: Readonly<Record<string, unknown>> | undefined
  readonly value: unknown
  encoded: Encoded
  /** The variable shared with other functions that it became. */
  box?: number
}

/** A rewriting of a function's text. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A function that is shipped by value. */
export interface FunctionRecord {
  readonly fn: AnyFunction
  readonly id: NodeId
  readonly trail: Trail
  readonly info: FunctionInfo
  readonly script: Script
  readonly analysis: FunctionAnalysis
  readonly text: string
  readonly node: FunctionNode | ClassNode
  readonly isStrict: boolean
  readonly place: CallSite | undefined
  readonly captures: Map<string, Capture>
  readonly edits: Edit[]
  /** Own properties that the text itself makes. */
  readonly madeStatics: Set<string | symbol>
  readonly madeMembers: Set<string | symbol>
  /** Whether esbuild's `__name()` calls are taken out. */
  stripsNames: boolean
}
