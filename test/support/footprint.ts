import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Processes of this checkout only: tests of another one may run beside. */
const dist = fileURLToPath(new URL('../../', import.meta.url))
const programs = ['master/', 'worker/', 'driver/'].map(folder => dist + folder)

/** What a program may leave behind on this machine, seen from outside: processes, listening ports, files of the state folder. */
export interface Footprint {
  /** Command lines of processes that run simSpark's files, by pid. */
  readonly processes: ReadonlyMap<number, string>
  /** Local ports that somebody listens on. */
  readonly ports: ReadonlySet<number>
  /** Entries of the default state folders. */
  readonly paths: ReadonlySet<string>
}

export function footprint(): Footprint {
  return { processes: processes(), ports: listeningPorts(), paths: paths() }
}

/** What is in `after` and was not in `before`, as readable lines. */
export function leftBehind(before: Footprint, after: Footprint): string[] {
  const left: string[] = []
  for (const [pid, command] of after.processes) {
    if (!before.processes.has(pid)) left.push(`process ${pid}: ${command}`)
  }
  for (const port of after.ports) if (!before.ports.has(port)) left.push(`port ${port}`)
  for (const path of after.paths) if (!before.paths.has(path)) left.push(`path ${path}`)
  return left
}

function processes(): Map<number, string> {
  const found = new Map<number, string>()
  for (const name of existsSync('/proc') ? readdirSync('/proc') : []) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const command = readOr(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim()
    if (programs.some(program => command.includes(program))) found.set(pid, command)
  }
  return found
}

/** Ports in state LISTEN that a process of this user's simSpark may hold. */
function listeningPorts(): Set<number> {
  const ports = new Set<number>()
  const inodes = new Set<string>()
  for (const pid of processes().keys()) {
    for (const fd of listOr(`/proc/${pid}/fd`)) {
      const match = linkOr(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)
      if (match?.[1] !== undefined) inodes.add(match[1])
    }
  }
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readOr(table).split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/)
      const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16)
      if (columns[3] === '0A' && inodes.has(columns[9] ?? '')) ports.add(port)
    }
  }
  return ports
}

function paths(): Set<string> {
  const found = new Set<string>()
  const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state')
  for (const folder of [join(state, 'simspark'), join(homedir(), '.simspark')]) {
    for (const name of listOr(folder)) found.add(join(folder, name))
  }
  return found
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function linkOr(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function listOr(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
