import { SimSparkError } from './errors.ts'

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `12.4 MiB`. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes)
  let unit = 0
  while (unit < UNITS.length - 1 && value >= 1023.95) {
    value /= 1024
    unit++
  }
  const text = unit === 0 ? String(Math.round(value)) : value.toFixed(1)
  return `${bytes < 0 ? '-' : ''}${text} ${UNITS[unit]}`
}

const SIZE = /^\s*(\d+(?:\.\d+)?)\s*(b|k|kb|kib|m|mb|mib|g|gb|gib|t|tb|tib|p|pb|pib)?\s*$/i

/**
 * `512m` as bytes; units are powers of 1024 in any spelling (`k kb kib m …`). A plain number is in `unit`, bytes by default.
 */
export function parseBytes(text: string, unit: 'b' | 'k' | 'm' | 'g' = 'b'): number {
  const match = SIZE.exec(text)
  const power = 'bkmgtp'.indexOf((match?.[2] ?? unit).charAt(0).toLowerCase())
  const bytes = Math.floor(Number(match?.[1]) * 1024 ** power)
  if (match === null || !Number.isSafeInteger(bytes)) {
    throw new SimSparkError('INVALID_ARGUMENT', `${JSON.stringify(text)} is no size in bytes.`, {
      hint: "Write a number and a unit, such as '512m' or '2g'.",
    })
  }
  return bytes
}
