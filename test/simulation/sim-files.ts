import type { FileStat, Files, OpenFile, SyncFiles } from '#publib/env'
import type { SimMachine, SimProcess, World } from './world.ts'

/** The disk of a machine as one of its processes sees it. Asynchronous calls take a little simulated time. */
export function simFiles(world: World, process: SimProcess): Files {
  const sync = syncFiles(process.machine, () => world.now)
  const later = <T>(work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      world.after(world.random.number() * 2, () =>
        process.enter(() => {
          try {
            resolve(work())
          } catch (error) {
            reject(error)
          }
        }),
      )
    })
  const { machine } = process
  return {
    readFile: path => later(() => sync.readFile(path)),
    writeFile: (path, bytes) => later(() => void machine.disk.set(path, bytes.slice())),
    append: (path, bytes) =>
      later(() => {
        machine.disk.set(path, joined(machine.disk.get(path) ?? new Uint8Array(), bytes))
      }),
    truncate: (path, size) =>
      later(() => void machine.disk.set(path, read(machine, path).slice(0, size))),
    stat: path => later(() => sync.stat(path)),
    list: folder => later(() => sync.list(folder)),
    makeFolder: path => later(() => sync.makeFolder(path)),
    remove: path => later(() => sync.remove(path)),
    rename: (from, to) =>
      later(() => {
        machine.disk.set(to, read(machine, from))
        machine.disk.delete(from)
      }),
    readRange: (path, position, into) =>
      later(() => {
        const piece = read(machine, path).subarray(position, position + into.length)
        into.set(piece)
        return piece.length
      }),
    sync,
  }
}

function syncFiles(machine: SimMachine, now: () => number): SyncFiles {
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
