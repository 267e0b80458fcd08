import type { spawnSync as spawnSyncOf } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/** What tells a process from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot on Linux, the date of its start elsewhere. */
  readonly startTime: string
  /** The boot in which `startTime` counts; empty where the system has no such name. */
  readonly bootId: string
}

/** What the system says of a process that is there. */
export interface ProcessFacts {
  readonly startTime: string
  /** As `node` or `sleep`. */
  readonly name: string
  /** As `R`, `S`, `T` (stopped), `Z` (dead, not yet reaped). */
  readonly state: string
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const startTime = processFacts(process.pid)?.startTime ?? ''
  return { pid: process.pid, startTime, bootId: bootId() }
}

/** The process with this number; undefined when there is none, or only its remains. */
export function processFacts(pid: number): ProcessFacts | undefined {
  const facts = process.platform === 'linux' ? factsFromProc(pid) : factsFromPs(pid)
  return facts?.state.startsWith('Z') ? undefined : facts
}

/** Whether exactly that process is still there. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false
  return processFacts(identity.pid)?.startTime === identity.startTime
}

/** In which numbering of processes `pid` counts: containers may share a boot, and folders, but not their processes. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

let boot: string | undefined

/** A name of the running boot of this machine. */
export function bootId(): string {
  boot ??= readBootId()
  return boot
}

function readBootId(): string {
  const text = readText('/proc/sys/kernel/random/boot_id')
  if (text !== undefined) return text.trim()
  const sysctl = spawnSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' })
  return sysctl.status === 0 ? sysctl.stdout.trim() : ''
}

function factsFromProc(pid: number): ProcessFacts | undefined {
  const text = readText(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name stands in parentheses and may hold any character, parentheses too.
  const close = text.lastIndexOf(')')
  const name = text.slice(text.indexOf('(') + 1, close)
  const fields = text.slice(close + 2).split(' ')
  // Field 3 of proc(5) is the first after the name; field 22 is the start time.
  return { name, state: fields[0] ?? '?', startTime: fields[19] ?? '' }
}

function factsFromPs(pid: number): ProcessFacts | undefined {
  const columns = ['-o', 'state=', '-o', 'lstart=', '-o', 'comm=']
  const ps = spawnSync('ps', ['-p', String(pid), ...columns], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  // As `S Sat Nov 21 17:43:00 2026 /usr/bin/node`.
  const match = /^(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(ps.stdout?.trim() ?? '')
  if (ps.status !== 0 || match === null) return undefined
  return { state: match[1] ?? '?', startTime: match[2] ?? '', name: match[3] ?? '?' }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

/** Loaded where a command must be asked: slow, and never needed on Linux. */
const spawnSync: typeof spawnSyncOf = ((...given: Parameters<typeof spawnSyncOf>) =>
  process.getBuiltinModule('node:child_process').spawnSync(...given)) as typeof spawnSyncOf
