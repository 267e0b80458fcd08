import { CODECS, codecUnavailable } from './errors.ts'

/** How the bytes of a file are compressed. */
export type Codec = (typeof CODECS)[number]

const EXTENSIONS: Readonly<Record<Exclude<Codec, 'none'>, string>> = {
  gzip: '.gz',
  deflate: '.deflate',
  brotli: '.br',
}

/** Compressed, but not for us. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['.zst', 'zstd'],
  ['.lz4', 'lz4'],
  ['.snappy', 'snappy'],
  ['.bz2', 'bzip2'],
  ['.xz', 'xz'],
]

/** `.gz` for gzip; nothing for none. */
export function extensionOf(codec: Codec): string {
  return codec === 'none' ? '' : EXTENSIONS[codec]
}

/** The codec that a file's name tells. @throws CODEC_UNAVAILABLE */
export function codecOfName(path: string): Codec {
  const name = path.toLowerCase()
  const foreign = FOREIGN.find(([extension]) => name.endsWith(extension))
  if (foreign !== undefined) throw codecUnavailable(foreign[1], JSON.stringify(path))
  const known = Object.entries(EXTENSIONS).find(([, extension]) => name.endsWith(extension))
  return (known?.[0] as Codec | undefined) ?? 'none'
}

/** The codec of that name. @throws CODEC_UNAVAILABLE */
export function codecNamed(name: string): Codec {
  if ((CODECS as readonly string[]).includes(name)) return name as Codec
  throw codecUnavailable(name, 'What you ask for')
}
