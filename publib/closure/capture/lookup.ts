/** What a name stands for where a function was written. */
import type { FunctionRecord } from './record.ts'

type Scope = Readonly<Record<string, unknown>>

export type Lookup =
  | {
      readonly state: 'found'
      readonly value: unknown
      readonly index: number
      readonly scope: Scope
    }
  | { readonly state: 'not-initialised' }
  | { readonly state: 'global' }

/** From the innermost scope outwards; what no scope declares is global. */
export function lookUp(record: FunctionRecord, name: string): Lookup {
  const { scopes } = record.info
  for (const [index, scope] of scopes.entries()) {
    if (scope === globalThis || isGlobalScope(scope, index === scopes.length - 1)) break
    if (!(name in scope)) continue
    try {
      return { state: 'found', value: scope[name], index, scope }
    } catch {
      return { state: 'not-initialised' }
    }
  }
  return { state: 'global' }
}

function isGlobalScope(scope: Scope, isLast: boolean): boolean {
  return isLast && 'Object' in scope && 'Array' in scope && 'Math' in scope
}
