/**
 * The scripts of the process: which file a function stands in, and the file's text.
 *
 * The engine tells of scripts only while its debugger is enabled, and an enabled debugger makes each `await` ten times
 * dearer. So it is enabled in *windows*: at most one a capture, synchronous, and only when an unknown script is met.
 */
import { inspector, type Message } from './inspector.ts'

export interface Script {
  readonly id: string
  readonly url: string
  readonly sourceMapUrl: string
  readonly isModule: boolean
}

const scripts = new Map<string, Script>()
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
      inspector().release()
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

export function scriptOf(scriptId: string): Script {
  if (!scripts.has(scriptId)) inWindow(() => {})
  return scripts.get(scriptId) ?? { id: scriptId, url: '', sourceMapUrl: '', isModule: false }
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
  scripts.set(id, script)
  if (script.url) byUrl.set(script.url, script)
  fresh.push(script)
}

/** Texts of the user's files are read while a window is open anyway, which saves later ones. */
function keepTexts(): void {
  for (const script of fresh) {
    const isUsers = script.url !== '' && !/^node:|[\\/]node_modules[\\/]/.test(script.url)
    if (isUsers && !texts.has(script.id)) texts.set(script.id, readText(script.id))
  }
  fresh = []
}
