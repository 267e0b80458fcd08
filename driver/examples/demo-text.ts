import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const isText = /^(license|licence|readme|changelog|notice|history)[^/]*$/i

/**
 * Writes a real text of `sizeMax` bytes: the licence and documentation texts of the installed packages, in the order of
 * their names, repeated as often as needed and cut at the end of a line.
 */
export async function writeDemoText(
  path: string,
  sizeMax: number,
): Promise<{ files: number; bytes: number; repeated: number }> {
  const texts = await Promise.all((await textsBelow(modules)).map(file => readFile(file)))
  const once = Buffer.concat(texts.flatMap(text => [text, Buffer.from('\n')]))
  const file = await open(path, 'w', 0o600)
  let bytes = 0
  let repeated = 0
  try {
    while (bytes < sizeMax && once.length > 0) {
      const left = once.subarray(0, sizeMax - bytes)
      const whole = left.length < once.length ? left.subarray(0, left.lastIndexOf(0x0a) + 1) : left
      if (whole.length === 0) break
      await file.write(whole)
      bytes += whole.length
      repeated++
    }
  } finally {
    await file.close()
  }
  return { files: texts.length, bytes, repeated }
}

async function textsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter(entry => entry.isFile() && isText.test(entry.name))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
  const sizes = await Promise.all(paths.map(path => stat(path)))
  return paths.filter((_, index) => (sizes[index]?.size ?? 0) < 1024 * 1024)
}
