import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

/** test/transcripts of the source tree, seen from dist/test/support. */
const FOLDER = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', 'test', 'transcripts'],
)

/** The story of a machine in text: events in, actions out. */
export class Transcript {
  readonly #lines: string[] = []

  told(text: string): void {
    this.#lines.push(`> ${text}`)
  }

  did(text: string): void {
    this.#lines.push(`  ${text}`)
  }

  remark(text: string): void {
    if (this.#lines.length > 0) this.#lines.push('')
    this.#lines.push(`# ${text}`)
  }

  /** Compares it with what was written down; UPDATE_TRANSCRIPTS=1 writes it down anew. */
  check(name: string): void {
    const text = `${this.#lines.join('\n')}\n`
    const path = join(FOLDER, `${name}.txt`)
    const { UPDATE_TRANSCRIPTS } = process.env
    if (UPDATE_TRANSCRIPTS === '1') {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    expect(text).to.equal(readFileSync(path, 'utf8'))
  }
}
