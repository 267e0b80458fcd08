import type { FunctionAnalysis } from '../analysis/analysis.ts'
import type { FunctionInfo } from '../engine/function-info.ts'

/** Where a function's text starts: the engine names the place of the parameters. Counts from 0. */
export function placeOfText(
  text: string,
  analysis: FunctionAnalysis,
  info: FunctionInfo,
): { line: number; column: number } {
  const { lineNumber = 0, columnNumber = 0 } = info.location ?? {}
  const before = text.slice(0, analysis.parametersStart).split('\n')
  // The text starts on an earlier line, whose column nobody tells.
  if (before.length > 1) return { line: lineNumber - (before.length - 1), column: 0 }
  return { line: lineNumber, column: columnNumber - (before[0]?.length ?? 0) }
}
