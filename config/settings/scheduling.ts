import { choice, duration, flag, fraction, GiB, integer, KiB, MiB, path, size } from '../setting.ts'

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
  'simspark.scheduler.mode': choice({
    default: 'FIFO',
    choices: ['FIFO', 'FAIR'],
    doc: 'Whether jobs that run at once get executors one after the other, the oldest first, or a fair part each, by pools.',
  }),
  'simspark.scheduler.allocation.file': path({
    doc: 'Properties, JSON or YAML that describe pools by `<pool>.schedulingMode`, `<pool>.weight` and `<pool>.minShare`; pools that it does not name are FIFO, 1 and 0.',
  }),
  'simspark.speculation': flag({
    default: true,
    doc: 'On clusters: whether a task that runs far longer than the others of its stage is started a second time on another worker; the first copy that ends well counts.',
  }),
  'simspark.speculation.interval': duration({
    default: 100,
    unit: 'ms',
    min: 10,
    doc: 'Slow tasks are looked for once in so long while jobs run.',
  }),
  'simspark.speculation.quantile': fraction({
    default: 0.9,
    doc: 'So large a part of the tasks of a stage must be done before any is called slow.',
  }),
  'simspark.speculation.multiplier': fraction({
    default: 3,
    min: 1,
    max: 1000,
    doc: 'A task is slow that has run for so many times the median of those that are done.',
  }),
  'simspark.speculation.minTaskRuntime': duration({
    default: 100,
    unit: 'ms',
    min: 0,
    doc: 'No task is slow before it has run for so long.',
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
