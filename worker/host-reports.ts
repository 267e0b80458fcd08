import type { HostToWorker } from '#publib/protocol'
import { assertNever, type ExecutorId, type HostId } from '#publib/util'
import { endHost } from './host-end.ts'
import type { Host, Site } from './site.ts'

/** A host tells; what it claims of others is ignored, because the channel says which it is. */
export function hostSpoke(site: Site, hostId: HostId, message: HostToWorker, nowMs: number): void {
  const host = site.hosts.get(hostId)
  if (host === undefined) return
  switch (message.type) {
    case 'hostListening':
      if (host.phase !== 'starting') return
      host.phase = 'running'
      host.port = message.port
      executorsReady(site, host, message.executorIds, nowMs)
      break
    case 'executorsReady':
      executorsReady(site, host, message.executorIds, nowMs)
      break
    case 'executorEnded':
      executorEnded(site, host, message, nowMs)
      break
    case 'hostEnding':
      host.ending ??= { cause: message.cause, message: message.message }
      host.endingSinceMs = host.phase === 'ending' ? host.endingSinceMs : nowMs
      host.phase = 'ending'
      break
    default:
      assertNever(message)
  }
}

function executorsReady(
  site: Site,
  host: Host,
  executorIds: readonly ExecutorId[],
  nowMs: number,
): void {
  const ready = executorIds.filter(id => host.executors.get(id)?.phase === 'starting')
  for (const id of ready) host.executors.set(id, { phase: 'ready', sinceMs: nowMs })
  if (host.port === 0 || ready.length === 0) return
  const { applicationId, hostId, port } = host
  site.tellMaster({ type: 'hostReady', applicationId, hostId, port, executorIds: ready })
}

function executorEnded(
  site: Site,
  host: Host,
  { executorId, cause, message }: Extract<HostToWorker, { type: 'executorEnded' }>,
  nowMs: number,
): void {
  if (!host.executors.delete(executorId)) return
  const { applicationId, hostId } = host
  site.tellMaster({
    ...{ type: 'executorsEnded', applicationId, hostId, executorIds: [executorId] },
    ...{ hostEnded: false, cause, message },
  })
  if (host.executors.size > 0) return
  endHost(site, host, { cause: 'released', message: 'it has no executors left' }, nowMs)
}
