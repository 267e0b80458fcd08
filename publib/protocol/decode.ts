import { v } from '#publib/schema'
import type { Packed, Protocol } from '#publib/transport'

/** Anything that valibot can parse a message with. */
type Schema<In> = v.GenericSchema<unknown, In>

const REASON_MAX = 120

/** Messages of many things, which travel as bytes instead of as JSON. */
export interface Packing<In> {
  /** How a message of this end travels; undefined: as JSON. */
  pack(message: unknown, payloads: readonly Uint8Array[]): Packed
  /** By the type in the header of what came. May throw. */
  readonly unpack: ReadonlyMap<string, (header: unknown, payloads: readonly Uint8Array[]) => In>
}
const NO_PACKING: Packing<never> = {
  pack: (header, payloads) => ({ header, payloads }),
  unpack: new Map(),
}

/**
 * A protocol whose messages have the shape of `schema`; `check` looks at what a shape cannot say (payload counts,
 * sums) and names what is wrong. Total: whatever came, the answer is a result.
 *
 * @example
 * const protocol = protocolOf('worker-master', v.variant('type', [beat, registerWorker]))
 */
export function protocolOf<In>(
  name: string,
  schema: Schema<In>,
  check?: (message: In, payloads: readonly Uint8Array[]) => string | undefined,
  packing: Packing<In> = NO_PACKING,
): Protocol<In> {
  return {
    name,
    pack: packing.pack,
    decode(header, payloads) {
      try {
        const unpack = packing.unpack.get(typeOf(header) ?? '')
        if (unpack !== undefined) return { ok: true, message: unpack(header, payloads) }
        const parsed = v.safeParse(schema, header, { abortEarly: true })
        if (!parsed.success) return { ok: false, reason: describe(header, parsed.issues[0]) }
        const objection = check?.(parsed.output, payloads)
        if (objection !== undefined) return { ok: false, reason: objection }
        return { ok: true, message: parsed.output }
      } catch (error) {
        if (error instanceof v.ValiError) {
          return { ok: false, reason: describe(header, error.issues[0]) }
        }
        return { ok: false, reason: cut(`the message cannot be read: ${String(error)}`) }
      }
    },
  }
}

function typeOf(header: unknown): string | undefined {
  const type = (header as { type?: unknown } | null | undefined)?.type
  return typeof type === 'string' ? type : undefined
}

/** Names the message and the field; what came is not repeated beyond a few characters. */
function describe(header: unknown, issue: v.BaseIssue<unknown>): string {
  const named = typeOf(header)?.slice(0, 64) ?? 'a message without type'
  const path = v.getDotPath(issue) ?? ''
  return cut(`${named}${path === '' ? '' : `, ${path}`}: ${issue.message}`)
}

function cut(text: string): string {
  const line = text.replace(/[^\x20-\x7e]/g, '?')
  return line.length > REASON_MAX ? `${line.slice(0, REASON_MAX)}...` : line
}

/** A text of at most `lengthMax` UTF-16 units. */
export function text(lengthMax: number) {
  return v.pipe(v.string(), v.maxLength(lengthMax))
}

/** A list of at most `lengthMax` items; a longer one is refused before any item is looked at. */
export function list<T>(item: v.GenericSchema<unknown, T>, lengthMax: number) {
  return v.pipe(
    v.custom<readonly unknown[]>(
      value => Array.isArray(value) && value.length <= lengthMax,
      `a list of at most ${lengthMax}`,
    ),
    v.array(item),
  )
}

/** A whole number from 0 up to `max`. */
export function count(max: number = Number.MAX_SAFE_INTEGER) {
  return v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max))
}
