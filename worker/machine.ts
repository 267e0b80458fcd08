import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'

const GIB = 2 ** 30

/** Bytes of memory that this process may use: the machine's, or less where a control group says so. */
export function machineMemory(): number {
  const limit = process.constrainedMemory?.() ?? 0
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** What a worker offers when nothing is said: all but 1 GiB, at least half. */
export function defaultWorkerMemory(total = machineMemory()): number {
  return Math.floor(Math.max(total - GIB, total / 2))
}

/** Processors that this process may use, the quota of its control group counted; at least 1. */
export function machineCores(): number {
  const cores = availableParallelism()
  const quota = cgroupQuota()
  return quota === undefined ? cores : Math.max(1, Math.min(cores, Math.floor(quota)))
}

/** Processors' worth of time in each period, as `cpu.max` of cgroup v2 has it. */
function cgroupQuota(): number | undefined {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').trim().split(' ')
    const share = Number(quota) / Number(period)
    return Number.isFinite(share) && share > 0 ? share : undefined
  } catch {
    return undefined
  }
}
