/**
 * The scripts of the process: which file a function stands in, and the file's text.
 *
 * The engine tells of scripts only while its debugger is enabled, and an enabled debugger makes each `await` ten times
 * dearer. So it is enabled in *windows*: at most one a capture, synchronous, and only when an unknown script is met.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { existingInspector, inspector, type Message, urlsOnStack } from './inspector.ts'

export interface Script {
  readonly id: string
  readonly url: string
  readonly sourceMapUrl: string
  readonly isModule: boolean
}

const MAP_COMMENT = /\/\/[#@] sourceMappingURL=(\S+)\s*$/
/** simSpark's own files are nobody's user code. */
const ownFolder = import.meta.url.slice(0, import.meta.url.lastIndexOf('/closure/') + 1)

/** Stands for the script of a function that cannot be inspected; most code is in modules. */
const UNKNOWN: Script = { id: '', url: '', sourceMapUrl: '', isModule: true }

const scripts = new Map<string, Script>([['', UNKNOWN]])
const byUrl = new Map<string, Script>()
const texts = new Map<string, string>()
let fresh: Script[] = []
let isOpen = false
let isListening = false
let holds = 0

/** Keeps a window open, once one was opened, until `body` is done. */
export function holdWindow<T>(body: () => T): T {
  holds++
  try {
    return body()
  } finally {
    holds--
    if (holds === 0) {
      closeWindow()
      existingInspector()?.release()
    }
  }
}

/** Runs `body` with the debugger enabled. Walks the heap if it was not: about 0.3 ms a MiB. */
export function inWindow<T>(body: () => T): T {
  openWindow()
  try {
    return body()
  } finally {
    if (holds === 0) closeWindow()
  }
}

/** What is known of a script from one of its functions: enough to recognise its file without a window. */
export interface Sample {
  readonly isModule: boolean
  readonly text: string
  /** Where the text starts, counted from 0. */
  readonly line: number
  readonly column: number
}

/** Opens a window for a script that is not known yet. */
export function scriptOf(scriptId: string): Script {
  if (!scripts.has(scriptId)) inWindow(() => {})
  return scripts.get(scriptId) ?? { id: scriptId, url: '', sourceMapUrl: '', isModule: false }
}

/** The script if it can be told without a window. */
export function scriptAtHand(scriptId: string, sample: Sample): Script | undefined {
  if (!scripts.has(scriptId)) findOnStack(scriptId, sample)
  return scripts.get(scriptId)
}

/** Whoever passes a function mostly wrote it in the same file: then the file is on the stack, and no window is needed. */
function findOnStack(scriptId: string, sample: Sample): void {
  const url = urlsOnStack().get(scriptId)
  const file = url === undefined ? undefined : untransformedFile(url, sample)
  if (url === undefined || file === undefined) return
  const sourceMapUrl = MAP_COMMENT.exec(file)?.[1] ?? ''
  addScript({ id: scriptId, url, sourceMapUrl, isModule: sample.isModule })
  texts.set(scriptId, file)
}

/** The text of a script's file, if the engine was given just that: the sample must stand in it where the engine says. */
function untransformedFile(url: string, sample: Sample): string | undefined {
  if (!/^file:.*\.[cm]?js$/.test(url)) return undefined
  try {
    const text = readFileSync(fileURLToPath(url), 'utf8')
    const rest = text.split('\n').slice(sample.line).join('\n').slice(sample.column)
    return rest.startsWith(sample.text) ? text : undefined
  } catch {
    return undefined
  }
}

/** The script that was loaded from a URL, if it is known already. */
export function scriptFrom(url: string): Script | undefined {
  return byUrl.get(url)
}

/** The whole text of a script; empty if the engine gives none. */
export function scriptText(scriptId: string): string {
  let text = texts.get(scriptId)
  if (text === undefined) {
    text = inWindow(() => readText(scriptId))
    texts.set(scriptId, text)
  }
  return text
}

function readText(scriptId: string): string {
  try {
    const answer = inspector().post<{ scriptSource: string }>('Debugger.getScriptSource', {
      scriptId,
    })
    return answer.scriptSource
  } catch {
    return ''
  }
}

function openWindow(): void {
  if (isOpen) return
  if (!isListening) {
    isListening = true
    inspector().on('Debugger.scriptParsed', noteScript)
  }
  inspector().post('Debugger.enable')
  isOpen = true
  keepTexts()
}

/** Closing would turn V8's block coverage into function coverage, so then the window stays open. */
function closeWindow(): void {
  if (!isOpen || process.env['NODE_V8_COVERAGE'] !== undefined) return
  isOpen = false
  inspector().post('Debugger.disable')
}

function noteScript(message: Message): void {
  const parameters = message.params as Record<string, unknown>
  const id = String(parameters['scriptId'])
  if (scripts.has(id)) return
  const script = {
    id,
    url: String(parameters['url'] ?? ''),
    sourceMapUrl: String(parameters['sourceMapURL'] ?? ''),
    isModule: parameters['isModule'] === true,
  }
  addScript(script)
  fresh.push(script)
}

function addScript(script: Script): void {
  scripts.set(script.id, script)
  if (script.url) byUrl.set(script.url, script)
}

/** Texts of the user's files are read while a window is open anyway, which saves later ones. */
function keepTexts(): void {
  for (const script of fresh) {
    const isUsers =
      script.url !== '' &&
      !script.url.startsWith(ownFolder) &&
      !/^node:|[\\/]node_modules[\\/]/.test(script.url)
    if (isUsers && !texts.has(script.id)) texts.set(script.id, readText(script.id))
  }
  fresh = []
}
