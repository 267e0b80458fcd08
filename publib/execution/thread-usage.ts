import { GCProfiler } from 'node:v8'

/** What the thread that runs tasks uses up. */
export interface ThreadUsage {
  /** Processor time so far; undefined where Node does not tell it of one thread (before 22.19 and 23.9). */
  cpuMs(): number | undefined
  /** Counts the time in the garbage collector from now on; told, and at an end, when what it gives is called. */
  startGc(): () => number
}

interface CpuUsage {
  readonly user: number
  readonly system: number
}

const ofThread = (process as { threadCpuUsage?: () => CpuUsage }).threadCpuUsage

/** Of the thread that asks. About 10 µs a task. */
export const threadUsage: ThreadUsage = {
  cpuMs() {
    if (ofThread === undefined) return undefined
    const { user, system } = ofThread()
    return (user + system) / 1000
  },

  startGc() {
    const profiler = new GCProfiler()
    profiler.start()
    return () => {
      const { statistics } = profiler.stop()
      let microseconds = 0
      // A plain loop: user functions may have replaced the methods of arrays.
      for (let i = 0; i < statistics.length; i++) microseconds += statistics[i]!.cost
      return microseconds / 1000
    }
  },
}
