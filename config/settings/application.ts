import { choice, GiB, integer, MiB, path, paths, size, text } from '../setting.ts'

/** What an application is and where it runs. */
export const applicationSettings = {
  'simspark.master': text({
    default: 'local[*]',
    doc: 'Where jobs run: `local`, `local[n]`, `local[*]`, `local[n,failures]`, `local-cluster[workers,cores,MiB]` or `simspark://host:port`.',
  }),
  'simspark.app.name': text({
    doc: "The application's name in logs and pages; without it the name of the program's file.",
  }),
  'simspark.default.parallelism': integer({
    min: 1,
    max: 1_000_000,
    doc: 'Partitions of what is made without a number of them; without it the number of executors, at least 2.',
  }),
  'simspark.cores.max': integer({
    min: 1,
    max: 1_000_000,
    doc: 'Executors that the application holds at most in the whole cluster; without it as many as its fair share.',
  }),
  'simspark.local.dir': paths({
    doc: "Where programs in local mode keep temporary files and spills, in the first of these folders; without it the system's folder for temporary files.",
  }),
  'simspark.driver.maxResultSize': size({
    default: GiB,
    unit: 'B',
    min: 0,
    doc: 'Bytes of results that one action may bring to the driver; 0 for no limit.',
  }),
} as const

/** What is written about what happens. */
export const logSettings = {
  'simspark.log.level': choice({
    default: 'info',
    choices: ['off', 'error', 'warn', 'info', 'debug', 'trace'],
    doc: 'The least important kind of log line that is written.',
  }),
  'simspark.log.dir': path({
    doc: 'The folder of the logs of daemons; without it `logs` in the state folder.',
  }),
  'simspark.log.maxSize': size({
    default: 10 * MiB,
    unit: 'B',
    min: 64 * 1024,
    max: GiB,
    doc: 'A log file that grows beyond it is put aside and a new one begun.',
  }),
  'simspark.log.maxFiles': integer({
    default: 5,
    min: 1,
    max: 1000,
    doc: 'Log files kept of each daemon.',
  }),
} as const
