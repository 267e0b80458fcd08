import { totalmem } from 'node:os'
import type { Cancellable, Clock } from '#publib/env'
import type { ExecutorHost } from '#publib/execution'
import { processMemoryLimit } from '#publib/memory'

const LOOK_MS = 100
/** Of the machine's memory, or of the container's; above it the kernel may end the process at any time. */
const MACHINE_SHARE = 0.95

/** What a process holds. */
export interface MemoryReading {
  readonly residentBytes: number
  /** Of it the driver's own: its heap, and its buffers. */
  readonly driverBytes: number
}

/**
 * Ends the largest task before executors in the driver's process take more than their share: threads have no limit of
 * their own for what lies outside of their heaps, such as buffers. What the program itself holds does not count. One
 * thing it cannot hinder: a single allocation in a thread that passes the thread's heap limit at once ends the process.
 */
export function watchMemory(
  clock: Clock,
  host: Pick<ExecutorHost, 'attemptCount' | 'memoryMeasured'>,
  executorsBytes: number,
  read: () => MemoryReading = readMemory,
): Cancellable {
  const lookBytes = Math.min(processMemoryLimit(executorsBytes), totalmem(), containerBytes()) / 2
  const first = read()
  const loadedBytes = Math.max(0, first.residentBytes - first.driverBytes)
  const machineBytes = Math.min(totalmem(), containerBytes()) * MACHINE_SHARE
  return clock.every(LOOK_MS, () => {
    if (host.attemptCount === 0) return
    // All told costs a millisecond, and need not be asked while the process is small.
    if (read === readMemory && process.memoryUsage.rss() < lookBytes) return
    const { residentBytes, driverBytes } = read()
    const besideBytes = driverBytes + loadedBytes
    const limitBytes = Math.min(processMemoryLimit(executorsBytes), machineBytes - besideBytes)
    host.memoryMeasured(residentBytes - besideBytes, Math.max(0, limitBytes))
  })
}

/** Node gives 0, or more than any machine has, where nothing limits it. */
function containerBytes(): number {
  return process.constrainedMemory() || Number.POSITIVE_INFINITY
}

function readMemory(): MemoryReading {
  const { rss, heapTotal, external } = process.memoryUsage()
  return { residentBytes: rss, driverBytes: heapTotal + external }
}
