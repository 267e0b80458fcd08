import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { errnoOf } from './exit-codes.ts'

/** Held until released, or until the process that holds it is gone. */
export interface StateLock {
  release(): Promise<void>
}

/**
 * Takes the lock `name` of a state folder, or resolves to undefined where another process holds it.
 * It is a bound unix socket: no file can lie about its holder. On Linux its name is abstract, so nothing is left
 * behind and its length does not depend on the folder's.
 */
export async function takeLock(stateDir: string, name: string): Promise<StateLock | undefined> {
  const path = lockPath(stateDir, name)
  const first = await bind(path)
  if (first !== undefined || path.startsWith('\0')) return first
  if (await answers(path)) return undefined
  // The socket file of a process that is gone.
  rmSync(path, { force: true })
  return bind(path)
}

/** Whether some process holds the lock now. */
export function isLockHeld(stateDir: string, name: string): Promise<boolean> {
  return answers(lockPath(stateDir, name))
}

function lockPath(stateDir: string, name: string): string {
  if (process.platform !== 'linux') return join(stateDir, `${name}.lock`)
  const hash = createHash('sha256').update(`${stateDir}\n${name}`).digest('hex').slice(0, 32)
  return `\0simspark-${process.getuid?.() ?? 0}-${hash}`
}

function bind(path: string): Promise<StateLock | undefined> {
  const server = createServer(socket => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(path, () => {
      server.unref()
      resolve({ release: () => closed(server) })
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
