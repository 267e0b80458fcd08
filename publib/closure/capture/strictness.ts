/** Whether a function runs as strict code, which its text alone does not tell. */
import type { FunctionAnalysis } from '../analysis/analysis.ts'
import { type Script, scriptText } from '../engine/scripts.ts'
import type { AnyFunction } from '../function.ts'

const strictScripts = new Map<string, boolean>()
/** A directive at the head of a file, behind comments and the wrapper that CommonJS has. */
const DIRECTIVE =
  /^(?:\(function[^{]*\{)?(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|#![^\n]*\n)*(['"])use strict\1/

export function isStrict(fn: AnyFunction, analysis: FunctionAnalysis, script: Script): boolean {
  if (analysis.sloppyOnly) return false
  if (script.isModule || analysis.form === 'class') return true
  const isPlain = analysis.form === 'function' && !analysis.isAsync && !analysis.isGenerator
  return isPlain ? !isSloppyFunction(fn) : isStrictScript(script)
}

/** The legacy accessor throws for strict functions on every V8. */
function isSloppyFunction(fn: AnyFunction): boolean {
  try {
    void Reflect.get(fn, 'arguments')
    return true
  } catch {
    return false
  }
}

function isStrictScript(script: Script): boolean {
  let strict = strictScripts.get(script.id)
  if (strict === undefined) {
    strict = DIRECTIVE.test(scriptText(script.id))
    strictScripts.set(script.id, strict)
  }
  return strict
}
