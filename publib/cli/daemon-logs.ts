import { existsSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { CliError, ExitCode } from './exit-codes.ts'

export interface LogRequest {
  /** Looked for in this order. */
  readonly paths: readonly string[]
  readonly lines: number
  /** Goes on with what is written later, until the signal. */
  readonly follow: AbortSignal | undefined
  readonly write: (text: string) => void
}

const CHUNK_BYTES = 64 * 1024
const POLL_MS = 200

/** Writes the last lines of a daemon's log, and what follows. */
export async function showLog(request: LogRequest): Promise<void> {
  const path = request.paths.find(one => existsSync(one))
  if (path === undefined) {
    throw new CliError(ExitCode.failed, `there is no log yet: ${request.paths.join(', ')}`)
  }
  const end = await writeLast(path, request)
  if (request.follow !== undefined) await followFrom(path, end, request, request.follow)
}

/** Reads backwards until enough lines are there; resolves to the position that was read up to. */
async function writeLast(path: string, { lines, write }: LogRequest): Promise<number> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    let text = Buffer.alloc(0)
    let start = size
    while (start > 0 && countLines(text) <= lines) {
      const length = Math.min(CHUNK_BYTES, start)
      start -= length
      const chunk = Buffer.alloc(length)
      await file.read(chunk, 0, length, start)
      text = Buffer.concat([chunk, text])
    }
    const all = text.toString('utf8').replace(/\n$/, '')
    const last = all === '' || lines === 0 ? [] : all.split('\n').slice(-lines)
    for (const line of last) write(`${line}\n`)
    return size
  } finally {
    await file.close()
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++
  return count
}

/** A log that has become another file, or shorter, was put aside: it goes on from the new one's beginning. */
async function followFrom(
  path: string,
  end: number,
  { write }: LogRequest,
  signal: AbortSignal,
): Promise<void> {
  let position = end
  let inode = (await stat(path)).ino
  while (!signal.aborted) {
    const now = await stat(path).catch(() => undefined)
    if (now !== undefined && (now.ino !== inode || now.size < position)) {
      inode = now.ino
      position = 0
    }
    if (now !== undefined && now.size > position) {
      position += await copy(path, position, now.size - position, write)
    } else {
      await paused(signal)
    }
  }
}

async function copy(
  path: string,
  position: number,
  length: number,
  write: (text: string) => void,
): Promise<number> {
  const file = await open(path, 'r')
  try {
    const chunk = Buffer.alloc(Math.min(length, CHUNK_BYTES))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
    // Whole lines only: a character must not be cut in two.
    const last = chunk.lastIndexOf(10, bytesRead - 1)
    const size = last === -1 ? bytesRead : last + 1
    write(chunk.toString('utf8', 0, size))
    return size
  } finally {
    await file.close()
  }
}

function paused(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, POLL_MS)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
