import type { FileStat, Files, OpenFile, SyncFiles } from '#publib/env'
import type { SimMachine, SimProcess, World } from './world.ts'

/** What a process that was killed in the middle of a write leaves: nothing, a part of it, or all of it. */
type Fate = 'lost' | 'torn' | 'whole'

/**
 * The disk of a machine as one of its processes sees it. Asynchronous calls take a little simulated time; a write that a
 * kill comes upon may have reached the disk, or with an append a part of it.
 */
export function simFiles(world: World, process: SimProcess): Files {
  const { machine } = process
  const sync = syncFiles(machine, () => world.now)
  const later = <T>(work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      world.after(world.random.number() * 2 * machine.slowness, () =>
        process.enter(() => attempt(work, resolve, reject)),
      )
    })
  const write = (work: (fate: Fate) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      world.after(world.random.number() * 2 * machine.slowness, () => {
        if (process.isAlive) process.enter(() => attempt(() => work('whole'), resolve, reject))
        else work(world.random.pick<Fate>(['lost', 'torn', 'whole']))
      })
    })
  return {
    readFile: path => later(() => sync.readFile(path)),
    writeFile: (path, bytes) =>
      write(fate => {
        if (fate === 'whole') machine.disk.set(path, bytes.slice())
      }),
    append: (path, bytes) =>
      write(fate => {
        const size = fate === 'lost' ? 0 : fate === 'torn' ? bytes.length >> 1 : bytes.length
        const before = machine.disk.get(path)
        if (size > 0) machine.disk.set(path, joined(before ?? NOTHING, bytes.subarray(0, size)))
      }),
    truncate: (path, size) =>
      later(() => void machine.disk.set(path, read(machine, path).slice(0, size))),
    stat: path => later(() => sync.stat(path)),
    list: folder => later(() => sync.list(folder)),
    makeFolder: path => later(() => sync.makeFolder(path)),
    remove: path => later(() => sync.remove(path)),
    rename: (from, to) => later(() => rename(machine, from, to)),
    readRange: (path, position, into) =>
      later(() => {
        const piece = read(machine, path).subarray(position, position + into.length)
        into.set(piece)
        return piece.length
      }),
    sync,
  }
}

const NOTHING = new Uint8Array(0)

function attempt<T>(
  work: () => T,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): void {
  try {
    resolve(work())
  } catch (error) {
    reject(error)
  }
}

/** A file, or a folder with all in it. */
function rename(machine: SimMachine, from: string, to: string): void {
  if (!machine.disk.has(from) && !isFolder(machine, from)) throw failure('ENOENT', from)
  const moved = (path: string): string | undefined =>
    path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : undefined
  for (const [path, bytes] of [...machine.disk]) {
    const target = moved(path)
    if (target === undefined) continue
    machine.disk.delete(path)
    machine.disk.set(target, bytes)
  }
  for (const path of [...machine.folders]) {
    const target = moved(path)
    if (target === undefined) continue
    machine.folders.delete(path)
    machine.folders.add(target)
  }
}

export function syncFiles(machine: SimMachine, now: () => number): SyncFiles {
  const stat = (path: string): FileStat | undefined => {
    const bytes = machine.disk.get(path)
    const kind = bytes ? 'file' : isFolder(machine, path) ? 'folder' : undefined
    return (
      kind && {
        kind,
        size: bytes?.length ?? 0,
        modifiedMs: now(),
        mode: kind === 'file' ? 0o600 : 0o700,
        uid: 0,
      }
    )
  }
  return {
    open: (path, flags) => openFile(machine, path, flags),
    readFile: path => read(machine, path).slice(),
    renameNoReplace(from, to) {
      if (machine.disk.has(to)) throw failure('EEXIST', to)
      machine.disk.set(to, read(machine, from))
      machine.disk.delete(from)
    },
    remove(path) {
      for (const name of [...machine.disk.keys()]) {
        if (name === path || name.startsWith(`${path}/`)) machine.disk.delete(name)
      }
      for (const name of [...machine.folders]) {
        if (name === path || name.startsWith(`${path}/`)) machine.folders.delete(name)
      }
    },
    makeFolder(path) {
      machine.folders.add(path)
    },
    stat,
    list(folder) {
      if (!isFolder(machine, folder)) throw failure('ENOENT', folder)
      const names = [...machine.disk.keys(), ...machine.folders].flatMap(path =>
        path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).split('/')[0] ?? ''] : [],
      )
      return [...new Set(names)].sort()
    },
  }
}

function openFile(machine: SimMachine, path: string, flags: 'r' | 'wx' | 'w'): OpenFile {
  if (flags === 'wx' && machine.disk.has(path)) throw failure('EEXIST', path)
  if (flags === 'r') read(machine, path)
  else machine.disk.set(path, new Uint8Array())
  return {
    get size() {
      return machine.disk.get(path)?.length ?? 0
    },
    read(into, position) {
      const piece = read(machine, path).subarray(position, position + into.length)
      into.set(piece)
      return piece.length
    },
    write(bytes) {
      machine.disk.set(path, joined(machine.disk.get(path) ?? new Uint8Array(), bytes))
    },
    close() {},
  }
}

function isFolder(machine: SimMachine, path: string): boolean {
  if (machine.folders.has(path)) return true
  const below = `${path}/`
  return [...machine.disk.keys(), ...machine.folders].some(name => name.startsWith(below))
}

function read(machine: SimMachine, path: string): Uint8Array {
  const bytes = machine.disk.get(path)
  if (bytes === undefined) throw failure('ENOENT', path)
  return bytes
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
