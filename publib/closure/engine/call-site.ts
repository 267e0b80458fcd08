/** Where in the user's program something was called, and stacks of executors told in the user's lines. */
import type { CallSite } from '#publib/util'
import type { AnyFunction } from '../function.ts'
import { fileOfUrl } from '../known/packages.ts'
import { scriptFrom } from './scripts.ts'
import { originalPlace, originalPlaceIn } from './source-maps.ts'

const FRAMES_MAX = 50
/** Ends the file name of a shipped text whose places must still be mapped; see `mapStack`. */
export const MAPPED_SUFFIX = '?simspark'

/** `…/dist/` of this installation; examples and tests inside it are programs, not simSpark. */
const root = import.meta.url.slice(0, import.meta.url.lastIndexOf('/publib/closure/') + 1)
const rootFile = fileOfUrl(root)
const OWN = /^(publib|driver|master|worker|config)\//
const PROGRAMS = /^driver\/examples\//

/**
 * The first place of the current stack that is neither simSpark's nor Node's, as the user wrote it.
 * Frames up to and including `above` are left out.
 */
export function userCallSite(above: AnyFunction): CallSite | undefined {
  for (const frame of framesAbove(above)) {
    const url = frame.getFileName()
    const line = frame.getLineNumber()
    const column = frame.getColumnNumber()
    if (!url || line === null || column === null || !isUsersFile(url)) continue
    return originalPlaceIn(url, line - 1, column - 1)
  }
  return undefined
}

function isUsersFile(fileOrUrl: string): boolean {
  if (fileOrUrl.startsWith('node:')) return false
  const inside = fileOrUrl.startsWith(root)
    ? fileOrUrl.slice(root.length)
    : fileOrUrl.startsWith(rootFile)
      ? fileOrUrl.slice(rootFile.length)
      : undefined
  return inside === undefined || !OWN.test(inside) || PROGRAMS.test(inside)
}

/** Structured frames, whatever the program has set for the preparation of stacks. */
function framesAbove(above: AnyFunction): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = FRAMES_MAX
    Error.prepareStackTrace = (_error, frames) => frames
    Error.captureStackTrace(holder, above)
    return Array.isArray(holder.stack) ? holder.stack : []
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    else Error.prepareStackTrace = prepareStackTrace
  }
}

const FRAME = /([^\s()]+)\?simspark:(\d+):(\d+)/
/** What is longer is text of a message that only looks like a frame: no place is looked for in it. */
const FRAME_LENGTH_MAX = 4096

/**
 * An executor's stack with the places of shipped functions as the user wrote them.
 *
 * Texts that came from a file with a source map run under the file's name with `?simspark` behind it, so that no place is
 * mapped twice where Node itself maps stacks. Texts without a map run under the file's own name and place already.
 */
export function mapStack(stack: string): string {
  if (!stack.includes(`${MAPPED_SUFFIX}:`)) return stack
  return stack.split('\n').map(mapFrame).join('\n')
}

function mapFrame(frame: string): string {
  if (frame.length > FRAME_LENGTH_MAX) return frame
  return frame.replace(FRAME, (_all, file: string, line: string, column: string) => {
    const script = scriptFrom(file)
    if (!script) return `${file}:${line}:${column}`
    const place = originalPlace(script, Number(line) - 1, Number(column) - 1)
    return `${place.file}:${place.line}:${place.column}`
  })
}
