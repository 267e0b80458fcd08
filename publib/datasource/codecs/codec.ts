import { codecUnavailable, codecUnknown } from '../errors.ts'
import { hasPackage } from './optional-package.ts'
import { hasZstd } from './zlib-codec.ts'

/** How the bytes of a file are compressed. */
export type Codec = 'none' | 'gzip' | 'deflate' | 'brotli' | 'zstd' | 'lz4' | 'snappy' | 'bzip2'

interface Support {
  /** The first one is what names of files that we write end with. */
  readonly extensions: readonly string[]
  /** The package that reads it; undefined: Node does. */
  readonly reader: () => string | undefined
  /** The package that writes it; undefined: Node does; null: nobody does. */
  readonly writer: () => string | undefined | null
}

const byNode = { reader: () => undefined, writer: () => undefined } as const

const SUPPORT: Readonly<Record<Exclude<Codec, 'none'>, Support>> = {
  gzip: { extensions: ['.gz'], ...byNode },
  deflate: { extensions: ['.deflate'], ...byNode },
  brotli: { extensions: ['.br'], ...byNode },
  zstd: {
    extensions: ['.zst', '.zstd'],
    reader: () => (hasZstd ? undefined : 'fzstd'),
    writer: () => (hasZstd ? undefined : null),
  },
  lz4: { extensions: ['.lz4'], ...byNode },
  snappy: { extensions: ['.snappy', '.sz'], reader: () => 'snappyjs', writer: () => 'snappyjs' },
  bzip2: { extensions: ['.bz2'], reader: () => 'seek-bzip', writer: () => null },
}

/** Compressed, but not for us. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['.xz', 'xz'],
  ['.lzo', 'lzo'],
]

/** Every codec, 'none' among them. */
export const CODECS = ['none', ...Object.keys(SUPPORT)] as readonly Codec[]

/** `.gz` for gzip; nothing for none. */
export function extensionOf(codec: Codec): string {
  return codec === 'none' ? '' : SUPPORT[codec].extensions[0]!
}

/** The codec that a file's name tells: 'none' where it tells nothing. @throws CODEC_UNAVAILABLE for one that nobody here reads */
export function codecOfName(path: string): Codec {
  const name = path.toLowerCase()
  const foreign = FOREIGN.find(([extension]) => name.endsWith(extension))
  if (foreign !== undefined) throw codecUnknown(foreign[1], JSON.stringify(path), CODECS)
  const known = Object.entries(SUPPORT).find(([, { extensions }]) =>
    extensions.some(extension => name.endsWith(extension)),
  )
  return (known?.[0] as Codec | undefined) ?? 'none'
}

/** The codec of that name. @throws CODEC_UNAVAILABLE */
export function codecNamed(name: string): Codec {
  if ((CODECS as readonly string[]).includes(name)) return name as Codec
  throw codecUnknown(name, 'What you ask for', CODECS)
}

/** @throws CODEC_UNAVAILABLE where what reads it is not installed */
export function checkReadable(codec: Codec, path: string): void {
  if (codec === 'none') return
  const needed = SUPPORT[codec].reader()
  if (needed === undefined || hasPackage(needed)) return
  throw codecUnavailable(codec, `${JSON.stringify(path)} cannot be read`, needed)
}

/** @throws CODEC_UNAVAILABLE where nobody can write it, or what does is not installed */
export function checkWritable(codec: Codec): void {
  if (codec === 'none') return
  const needed = SUPPORT[codec].writer()
  if (needed === undefined) return
  if (needed !== null && hasPackage(needed)) return
  const others = CODECS.filter(one => one === 'none' || SUPPORT[one].writer() !== null)
  throw codecUnavailable(codec, 'The output cannot be written', needed ?? undefined, others)
}
