import { duration, GiB, integer, KiB, MiB, SECOND, size } from '../setting.ts'

/** Tasks and stages: attempts, places, sizes. */
export const schedulingSettings = {
  'simspark.task.maxFailures': integer({
    default: 4,
    min: 1,
    max: 1000,
    doc: 'A task that has failed so many times fails its job. On `local[n]` it is 1, on `local[n,f]` f.',
  }),
  'simspark.stage.maxConsecutiveAttempts': integer({
    default: 4,
    min: 1,
    max: 1000,
    doc: 'A stage whose attempts failed so many times in a row fails its job.',
  }),
  'simspark.locality.wait': duration({
    default: 3 * SECOND,
    unit: 's',
    min: 0,
    doc: 'A task waits for so long for an executor near its data before it takes one farther away.',
  }),
  'simspark.task.maxDirectResultSize': size({
    default: MiB,
    unit: 'B',
    min: KiB,
    max: 64 * MiB,
    doc: 'A larger result of a task goes to the driver in pieces.',
  }),
  'simspark.closure.warnBytes': size({
    default: MiB,
    unit: 'B',
    min: KiB,
    max: GiB,
    doc: 'A function that carries more is warned about, with the variables that cause it.',
  }),
  'simspark.closure.maxBytes': size({
    default: 128 * MiB,
    unit: 'B',
    min: KiB,
    max: GiB,
    doc: 'A function that carries more is refused, with advice to broadcast.',
  }),
} as const
