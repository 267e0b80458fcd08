import { v } from '#publib/schema'
import type { ShuffleId, TaskId } from '#publib/util'
import type { FromBlockService, ToBlockService } from './block-service.ts'
import { count, list, protocolOf } from './decode.ts'
import { applicationIdShape, messageShape } from './wire-words.ts'

const RANGES_MAX = 65_536
/** Partitions of a shuffle at most, and so the end of a range. */
const PARTITIONS_MAX = 1_000_000

const range = v.pipe(
  v.strictObject({
    shuffleId: v.pipe(
      count(),
      v.transform(value => value as ShuffleId),
    ),
    mapPartition: count(),
    taskId: v.pipe(
      count(),
      v.transform(value => value as TaskId),
    ),
    start: count(PARTITIONS_MAX),
    end: count(PARTITIONS_MAX),
  }),
  v.check(({ start, end }) => start < end, 'a range ends after its start'),
)

/** What a block service takes from a reader. */
export const toBlockService = protocolOf<ToBlockService>(
  'block-service',
  v.variant('type', [
    v.strictObject({
      type: v.literal('fetchRanges'),
      requestId: count(),
      applicationId: applicationIdShape,
      ranges: list(range, RANGES_MAX),
    }),
  ]),
)

/** What a reader takes from a block service. */
export const fromBlockService = protocolOf<FromBlockService>(
  'block-service',
  v.variant('type', [
    v.strictObject({
      type: v.literal('rangePart'),
      requestId: count(),
      index: count(RANGES_MAX),
      isLast: v.boolean(),
    }),
    v.strictObject({
      type: v.literal('rangeMissing'),
      requestId: count(),
      index: count(RANGES_MAX),
      reason: messageShape,
    }),
  ]),
  (message, payloads) => {
    const expected = message.type === 'rangePart' ? 1 : 0
    return payloads.length === expected ? undefined : `${expected} payloads are expected`
  },
)
