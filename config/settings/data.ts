import { choice, fraction, GiB, integer, MiB, size } from '../setting.ts'

/** Shuffles, messages and memory. */
export const dataSettings = {
  'simspark.shuffle.io.maxRetries': integer({
    default: 3,
    min: 0,
    max: 1000,
    doc: 'A fetch of shuffle data that fails is tried again so many times before the map outputs count as lost.',
  }),
  'simspark.reducer.maxSizeInFlight': size({
    default: 48 * MiB,
    unit: 'MiB',
    min: MiB,
    max: 4 * GiB,
    doc: 'Bytes of shuffle data that a host asks for before they have come.',
  }),
  'simspark.rpc.message.maxSize': size({
    default: 128 * MiB,
    unit: 'MiB',
    min: MiB,
    max: GiB,
    doc: 'The largest message that is taken in from the network.',
  }),
  'simspark.codegen.mode': choice({
    default: 'kernels',
    choices: ['plain', 'loops', 'kernels'],
    doc: 'Whether operators run each by its own definition, chains of them as generated loops over records, or as loops and kernels over columns; the answers are the same.',
  }),
  'simspark.memory.fraction': fraction({
    default: 0.6,
    doc: "The part of an executor's memory that operators and cached data may fill.",
  }),
  'simspark.memory.storageFraction': fraction({
    default: 0.5,
    doc: 'The part of that which cached data keeps when operators need room.',
  }),
} as const
