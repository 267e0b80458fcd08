import { duration, GiB, integer, MiB, SECOND, size } from '../setting.ts'

/** Executors: how many, how large, for how long. */
export const executorSettings = {
  'simspark.executor.memory': size({
    default: GiB,
    unit: 'MiB',
    min: 32 * MiB,
    max: 1024 * GiB,
    doc: 'The memory of one executor, which is one thread that runs one task at a time.',
  }),
  'simspark.executor.cores': integer({
    min: 1,
    max: 4096,
    doc: 'Executors of the application on one worker at most; without it as many as the worker has free.',
  }),
  'simspark.executor.instances': integer({
    min: 1,
    max: 1_000_000,
    doc: 'Executors that the application asks for; without it as many as it has work for.',
  }),
  'simspark.executor.instances.min': integer({
    default: 1,
    min: 1,
    max: 1_000_000,
    doc: 'The application starts with so many executors, and waits in the queue until it can have them.',
  }),
  'simspark.dynamicAllocation.executorIdleTimeout': duration({
    default: 60 * SECOND,
    unit: 's',
    min: 100,
    doc: 'An executor that had no task for so long is given back.',
  }),
} as const
