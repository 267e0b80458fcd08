import { flag, integer, MiB, path, size, text } from '../setting.ts'

/** The master. */
export const masterSettings = {
  'simspark.master.host': text({
    default: '127.0.0.1',
    doc: 'The address that the master listens on.',
  }),
  'simspark.master.port': integer({
    default: 7077,
    min: 0,
    max: 65_535,
    doc: 'The port that the master listens on; 0 for any free one.',
  }),
  'simspark.deploy.spreadOut': flag({
    default: true,
    doc: 'Whether executors are spread over the workers; false fills a worker before the next.',
  }),
  'simspark.deploy.maxExecutorRetries': integer({
    default: 10,
    min: 1,
    max: 1000,
    doc: 'An application whose executors ended badly so many times in a row is ended.',
  }),
  'simspark.deploy.retainedApplications': integer({
    default: 200,
    min: 0,
    max: 100_000,
    doc: 'Ended applications that the master remembers.',
  }),
} as const

/** Workers. */
export const workerSettings = {
  'simspark.worker.host': text({
    default: '127.0.0.1',
    doc: 'The address that the worker listens on.',
  }),
  'simspark.worker.port': integer({
    default: 0,
    min: 0,
    max: 65_535,
    doc: 'The port that the worker listens on; 0 for any free one.',
  }),
  'simspark.worker.cores': integer({
    min: 1,
    max: 4096,
    doc: 'Executors that the worker offers; without it the number of processors it may use.',
  }),
  'simspark.worker.memory': size({
    unit: 'MiB',
    min: 64 * MiB,
    doc: "Memory that the worker offers to executors; without it the machine's less 1 GiB, at least half of it.",
  }),
  'simspark.worker.dir': path({
    doc: 'The folder for the data of applications; without it `work` in the state folder.',
  }),
} as const
