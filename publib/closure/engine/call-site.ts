/** Where in the user's program something was called, and stacks of executors told in the user's lines. */
import type { CallSite } from '#publib/util'
import type { AnyFunction } from '../function.ts'
import { fileOfUrl } from '../known/packages.ts'
import { scriptFrom } from './scripts.ts'
import { originalPlace, originalPlaceIn } from './source-maps.ts'

const FRAMES_MAX = 50
/** Most calls come straight from the user's line: so many frames are taken first, all of them only where it is not among these. */
const FRAMES_FIRST = 4
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
  const first = framesAbove(above, FRAMES_FIRST)
  const site = usersPlace(first)
  return site !== undefined || first.length < FRAMES_FIRST
    ? site
    : usersPlace(framesAbove(above, FRAMES_MAX))
}

function usersPlace(frames: readonly NodeJS.CallSite[]): CallSite | undefined {
  for (let i = 0; i < frames.length; i++) {
    const frame = frames[i] as NodeJS.CallSite
    const url = frame.getFileName()
    const line = frame.getLineNumber()
    const column = frame.getColumnNumber()
    if (!url || line === null || column === null || !isUsers(url)) continue
    return knownPlace(url, line, column)
  }
  return undefined
}

/** Places as the user wrote them: a loop of a program asks for the same ones each time round, and a file's map does not change. */
const places = new Map<string, CallSite>()
const PLACES_MAX = 1000

function knownPlace(url: string, line: number, column: number): CallSite {
  const key = `${line}:${column}:${url}`
  const known = places.get(key)
  if (known !== undefined) return known
  const place = originalPlaceIn(url, line - 1, column - 1)
  if (places.size >= PLACES_MAX) places.clear()
  places.set(key, place)
  return place
}

const usersFiles = new Map<string, boolean>()

function isUsers(fileOrUrl: string): boolean {
  let is = usersFiles.get(fileOrUrl)
  if (is === undefined) {
    is = isUsersFile(fileOrUrl)
    if (usersFiles.size >= PLACES_MAX) usersFiles.clear()
    usersFiles.set(fileOrUrl, is)
  }
  return is
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
function framesAbove(above: AnyFunction, limit: number): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = limit
    Error.prepareStackTrace = asFrames
    Error.captureStackTrace(holder, above)
    return Array.isArray(holder.stack) ? holder.stack : []
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    // Taking the property away again would make the engine keep `Error` as a table, and everything about it slow.
    Error.prepareStackTrace = prepareStackTrace
  }
}

function asFrames(_error: Error, frames: NodeJS.CallSite[]): NodeJS.CallSite[] {
  return frames
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
