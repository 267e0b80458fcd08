import type { FileStat, Files, SyncFiles } from '#publib/env'

/** A disk in memory whose calls take no time. A write fails with the error that `failWith` gives. */
export class MemoryFiles {
  readonly disk = new Map<string, Uint8Array>()
  readonly folders = new Set<string>(['/'])
  /** The error of the next writes; undefined: they succeed. */
  failWith: (Error & { code: string }) | undefined
  /** What was done, in order: for tests of the order. */
  readonly calls: string[] = []

  get files(): Files {
    return {
      readFile: async path => this.#read(path),
      writeFile: async (path, bytes) => {
        this.#change(`writeFile ${path}`)
        this.disk.set(path, new Uint8Array(bytes))
      },
      append: async (path, bytes) => {
        this.#change(`append ${path}`)
        const before = this.disk.get(path) ?? new Uint8Array()
        this.disk.set(path, new Uint8Array(Buffer.concat([before, bytes])))
      },
      truncate: async (path, size) => void this.disk.set(path, this.#read(path).slice(0, size)),
      stat: async path => this.#stat(path),
      list: async folder => this.#list(folder),
      makeFolder: async path => {
        this.#change(`makeFolder ${path}`)
        this.folders.add(path)
      },
      remove: async path => this.#move(path, undefined),
      rename: async (from, to) => {
        if (this.#stat(from) === undefined) throw errno('ENOENT', from)
        this.#move(from, to)
      },
      readRange: async (path, position, into) => {
        const piece = this.#read(path).subarray(position, position + into.length)
        into.set(piece)
        return piece.length
      },
      sync: {} as SyncFiles,
    }
  }

  #change(call: string): void {
    this.calls.push(call)
    if (this.failWith !== undefined) throw this.failWith
  }

  #read(path: string): Uint8Array {
    const bytes = this.disk.get(path)
    if (bytes === undefined) throw errno('ENOENT', path)
    return bytes
  }

  #stat(path: string): FileStat | undefined {
    const bytes = this.disk.get(path)
    const common = { modifiedMs: 0, mode: 0o600, uid: 0 }
    if (bytes !== undefined) return { kind: 'file', size: bytes.length, ...common }
    const isFolder = [...this.folders, ...this.disk.keys()].some(
      name => name === path || name.startsWith(`${path}/`),
    )
    return isFolder ? { kind: 'folder', size: 0, ...common } : undefined
  }

  #list(folder: string): string[] {
    const below = [...this.folders, ...this.disk.keys()]
      .filter(name => name.startsWith(`${folder}/`))
      .map(name => name.slice(folder.length + 1).split('/')[0] ?? '')
    return [...new Set(below)].sort()
  }

  #move(from: string, to: string | undefined): void {
    const isBelow = (name: string): boolean => name === from || name.startsWith(`${from}/`)
    for (const [name, bytes] of [...this.disk].filter(([name]) => isBelow(name))) {
      this.disk.delete(name)
      if (to !== undefined) this.disk.set(to + name.slice(from.length), bytes)
    }
    for (const name of [...this.folders].filter(isBelow)) {
      this.folders.delete(name)
      if (to !== undefined) this.folders.add(to + name.slice(from.length))
    }
  }
}

export function errno(code: string, path = ''): Error & { code: string } {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
