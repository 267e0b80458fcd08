import { memoryShares } from '#publib/memory'
import type { StatusStore } from '#publib/status'
import type { ContextPlan } from './context-options.ts'

/** What an executor may keep of cached partitions, and what of it is free. */
export interface ExecutorMemory {
  readonly maxBytes: number
  readonly freeBytes: number
}

/** Bytes that one executor may keep of cached partitions. */
export function cacheBytesOf({ settings, masterUrl }: ContextPlan): number {
  const { cache } = memoryShares(
    settings.get('simspark.memory.fraction'),
    settings.get('simspark.memory.storageFraction'),
  )
  const isOwnCluster = masterUrl.kind === 'localCluster'
  const memoryBytes = isOwnCluster
    ? masterUrl.executorMiB * 2 ** 20
    : settings.get('simspark.executor.memory')
  return Math.floor(memoryBytes * cache)
}

/** By executor id. Executors of one process keep their partitions together; each is told an even part of what is there. */
export function executorMemory(
  status: StatusStore,
  maxBytes: number,
): ReadonlyMap<string, ExecutorMemory> {
  const countByHost = new Map<string, number>()
  for (const { hostId } of status.executors()) {
    countByHost.set(hostId, (countByHost.get(hostId) ?? 0) + 1)
  }
  const memory = new Map<string, ExecutorMemory>()
  const infos = new Map(status.executorInfos().map(info => [info.executorId, info]))
  for (const { executorId, hostId } of status.executors()) {
    const cachedBytes = infos.get(executorId)?.cachedBytes ?? 0
    const usedBytes = Math.ceil(cachedBytes / (countByHost.get(hostId) ?? 1))
    memory.set(executorId, { maxBytes, freeBytes: Math.max(0, maxBytes - usedBytes) })
  }
  return memory
}
