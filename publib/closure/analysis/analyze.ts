/** From a function's text to what it needs from outside. About 0.1 ms a text, kept by text. */
import type { Draft, FunctionAnalysis } from './analysis.ts'
import { Scope } from './scope.ts'
import { type ParsedFunction, parseFunction } from './syntax.ts'
import { visit } from './visit.ts'
import { visitClass, visitFunction } from './visit-functions.ts'
import { Walk } from './walk.ts'

const ANALYSES_MAX = 5_000
/** Trees of longer texts are not kept: they take some fifty times the memory of the text. */
const KEPT_TEXT_MAX = 4_096
/** Characters of all texts that are kept. */
const KEPT_TEXTS_MAX = 1_000_000
const known = new Map<string, FunctionAnalysis | undefined>()
let keptLength = 0

/** Undefined where the text is no JavaScript. `isMethod` decides texts that read as both, such as `function() {}`. */
export function analyze(text: string, isMethod = false): FunctionAnalysis | undefined {
  const key = isMethod ? `method ${text}` : text
  if (known.has(key)) return known.get(key)
  const parsed = parseFunction(text, isMethod)
  const analysis = parsed && analyzeParsed(parsed, text)
  if (known.size >= ANALYSES_MAX || keptLength > KEPT_TEXTS_MAX) {
    known.clear()
    keptLength = 0
  }
  known.set(key, analysis)
  keptLength += text.length
  return analysis
}

function analyzeParsed(parsed: ParsedFunction, text: string): FunctionAnalysis {
  const draft = emptyDraft(parsed, text)
  const walk = new Walk(draft, (inner, node, scope, usage) => {
    if (node) visit(inner, node, scope, usage)
  })
  const root = new Scope(undefined)
  if (parsed.form === 'class') visitClass(walk, parsed.node, root, true)
  else visitFunction(walk, parsed.node, root, parsed.form === 'arrow' ? 'arrow' : 'function')
  return draft
}

function emptyDraft(parsed: ParsedFunction, text: string): Draft {
  const { offset } = parsed
  const member = parsed.form === 'method' ? parsed.member : undefined
  return {
    form: parsed.form,
    accessor: member?.kind === 'get' || member?.kind === 'set' ? member.kind : undefined,
    isAsync: parsed.form !== 'class' && parsed.node.async,
    isGenerator: parsed.form !== 'class' && parsed.node.generator,
    isPrivateMethod: parsed.form === 'method' && parsed.isPrivate,
    sloppyOnly: parsed.sloppyOnly,
    freeNames: new Map(),
    thisUses: [],
    usesOuterThis: false,
    usesOuterArguments: false,
    usesSuper: false,
    usesEval: false,
    usesWith: false,
    privateNames: new Set(),
    importCalls: [],
    importMetas: [],
    nameCalls: [],
    propertyNames: new Set(),
    computedKey: member?.computed
      ? { start: member.key.start - offset, end: member.key.end - offset }
      : undefined,
    parametersStart: parametersStart(parsed, text),
    classNode: parsed.form === 'class' ? parsed.node : undefined,
    functionNode: parsed.form !== 'class' && text.length <= KEPT_TEXT_MAX ? parsed.node : undefined,
    offset,
  }
}

/** The engine says that a function stands where its parameters open; arrows and classes, where they start. */
function parametersStart(parsed: ParsedFunction, text: string): number {
  if (parsed.form === 'arrow' || parsed.form === 'class') return 0
  const after =
    parsed.form === 'method' ? parsed.member.key.end : (parsed.node.id?.end ?? parsed.offset)
  const key = parsed.form === 'method' && parsed.member.computed ? 1 : 0
  return Math.max(0, text.indexOf('(', after - parsed.offset + key - 1))
}
