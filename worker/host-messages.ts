import type { HostToWorker } from '#publib/protocol'
import { v } from '#publib/schema'
import { type ExecutorId, isIdText } from '#publib/util'

const executorId = v.custom<ExecutorId>(value => typeof value === 'string' && isIdText(value))
const executorIds = v.pipe(v.array(executorId), v.maxLength(4096))
const cause = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_]{1,64}$/))
const message = v.pipe(
  v.string(),
  v.transform(text => text.slice(0, 4096)),
)

const hostToWorker = v.variant('type', [
  v.object({
    type: v.literal('hostListening'),
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    executorIds,
  }),
  v.object({ type: v.literal('executorsReady'), executorIds }),
  v.object({ type: v.literal('executorEnded'), executorId, cause, message }),
  v.object({ type: v.literal('hostEnding'), cause, message }),
])

/** What a host said; undefined for anything else: code of users runs there and can send what it likes. */
export function parseHostMessage(given: unknown): HostToWorker | undefined {
  try {
    const parsed = v.safeParse(hostToWorker, given, { abortEarly: true })
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}
