import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

/** A temporary folder with files in it. */
export class TestFolder {
  readonly path = mkdtempSync(`${tmpdir()}/simspark-data-`)

  join(...names: string[]): string {
    return join(this.path, ...names)
  }

  write(name: string, content: string | Uint8Array): string {
    const path = this.join(name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  /** All files below it and what they hold, by name. */
  contents(): Record<string, string> {
    const all: Record<string, string> = {}
    for (const entry of readdirSync(this.path, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name)
      if (entry.isFile()) all[relative(this.path, path)] = readFileSync(path, 'utf8')
    }
    return all
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
