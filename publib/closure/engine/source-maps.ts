/** From compiled places to the places the user wrote, through the source maps that compilers leave. */
import { readFileSync } from 'node:fs'
import { findSourceMap, SourceMap, type SourceMapPayload } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { CallSite } from '#publib/util'
import { fileOfUrl } from '../known/packages.ts'
import { scriptFrom } from './scripts.ts'

/** A script as far as its map is concerned. */
export interface MappedScript {
  readonly url: string
  readonly sourceMapUrl: string
}

const maps = new Map<string, SourceMap | undefined>()
const MAP_COMMENT = /\/\/[#@] sourceMappingURL=(\S+)\s*$/

/** The user's place of a place in a script. Lines and columns given count from 0. */
export function originalPlace(script: MappedScript, line: number, column: number): CallSite {
  return (
    mapped(mapOf(script), script.url, line, column) ?? {
      file: fileOfUrl(script.url) || '<anonymous>',
      line: line + 1,
      column: column + 1,
    }
  )
}

/** The same for a file that is known by its path or URL only. */
export function originalPlaceIn(fileOrUrl: string, line: number, column: number): CallSite {
  const url = fileOrUrl.startsWith('/') ? pathToFileURL(fileOrUrl).href : fileOrUrl
  const script = scriptFrom(url) ?? scriptFrom(fileOrUrl)
  const map = script?.sourceMapUrl ? mapOf(script) : mapOfFile(url)
  const file = fileOfUrl(fileOrUrl)
  return mapped(map, url, line, column) ?? { file, line: line + 1, column: column + 1 }
}

function mapped(
  map: SourceMap | undefined,
  url: string,
  line: number,
  column: number,
): CallSite | undefined {
  const entry = map?.findEntry(line, column)
  if (!entry || !('originalLine' in entry) || entry.originalLine === undefined) return undefined
  return {
    file: sourceFile(entry.originalSource, url),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  }
}

function sourceFile(source: string, url: string): string {
  try {
    return fileURLToPath(new URL(source, url))
  } catch {
    return source || fileOfUrl(url)
  }
}

function mapOf(script: MappedScript): SourceMap | undefined {
  if (script.sourceMapUrl === '') return undefined
  const key = script.url || script.sourceMapUrl
  if (!maps.has(key)) maps.set(key, readMap(script.sourceMapUrl, script.url))
  return maps.get(key)
}

/** Without the inspector: what Node keeps where source maps are on, else the comment at the file's end. */
function mapOfFile(url: string): SourceMap | undefined {
  if (maps.has(url)) return maps.get(url)
  const file = fileOfUrl(url)
  const kept = findSourceMap(url) ?? findSourceMap(file)
  const map = kept ?? readMapOfFile(file, url)
  maps.set(url, map)
  return map
}

function readMapOfFile(file: string, url: string): SourceMap | undefined {
  try {
    const comment = MAP_COMMENT.exec(readFileSync(file, 'utf8').slice(-1_000_000))
    return comment?.[1] === undefined ? undefined : readMap(comment[1], url)
  } catch {
    return undefined
  }
}

/** A map that cannot be read leaves places as they are: it only ever makes them nicer. */
function readMap(mapUrl: string, url: string): SourceMap | undefined {
  try {
    const inline = /^data:application\/json[^,]*;base64,(.*)$/s.exec(mapUrl)
    const text = inline?.[1]
      ? Buffer.from(inline[1], 'base64').toString()
      : readFileSync(fileURLToPath(new URL(mapUrl, url)), 'utf8')
    return new SourceMap(JSON.parse(text) as SourceMapPayload)
  } catch {
    return undefined
  }
}
