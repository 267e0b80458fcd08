import { GCProfiler } from 'node:v8'

/** What the thread that runs tasks uses up. */
export interface ThreadUsage {
  /** Processor time so far; undefined where Node does not tell it of one thread (before 22.19 and 23.9). */
  cpuMs(): number | undefined
  /** A task begins: garbage collections count from now on. */
  startGc(): void
  /** Time in the garbage collector that falls to a task that ran for `runMs`: never more than that. */
  gcMs(runMs: number): number
}

interface CpuUsage {
  readonly user: number
  readonly system: number
}

const ofThread = (process as { threadCpuUsage?: () => CpuUsage }).threadCpuUsage

/** Reading the profiler costs 25 µs: of tasks that are over sooner, several are read together. */
const READ_AFTER_MS = 5

/** The profiler goes on over several short tasks; what it has counted and no task has been told of yet. */
let profiler: GCProfiler | undefined
let unreadMs = 0
let untoldMs = 0

/** Of the thread that asks. */
export const threadUsage: ThreadUsage = {
  cpuMs() {
    if (ofThread === undefined) return undefined
    const { user, system } = ofThread()
    return (user + system) / 1000
  },

  startGc() {
    if (profiler !== undefined) return
    profiler = new GCProfiler()
    profiler.start()
  },

  gcMs(runMs) {
    unreadMs += runMs
    if (unreadMs >= READ_AFTER_MS) {
      unreadMs = 0
      untoldMs += takeGcMs()
    }
    const toldMs = Math.min(untoldMs, runMs)
    untoldMs -= toldMs
    return toldMs
  },
}

function takeGcMs(): number {
  const statistics = profiler?.stop().statistics ?? []
  profiler = undefined
  let microseconds = 0
  // A plain loop: user functions may have replaced the methods of arrays.
  for (let i = 0; i < statistics.length; i++) microseconds += statistics[i]!.cost
  return microseconds / 1000
}
