import type { MasterToWorker } from '#publib/protocol'
import { endHost } from './host-end.ts'
import type { Host, Site } from './site.ts'

type Launch = Extract<MasterToWorker, { type: 'launchExecutors' }>

/** Adds executors to the application's host, which is started if there is none. */
export function launchExecutors(site: Site, launch: Launch, nowMs: number): void {
  const message = refusalOf(site, launch)
  if (message !== undefined) {
    const { applicationId, executorIds } = launch
    site.tellMaster({ type: 'launchRefused', applicationId, executorIds, message })
    return
  }
  const { hostId, applicationId, applicationName, executorMemoryMiB, hostSettings } = launch
  if (!site.applications.has(applicationId)) {
    site.applications.set(applicationId, { hasEnded: false })
  }
  const known = site.hosts.get(hostId)
  const host = known ?? newHost(launch, nowMs)
  const fresh = launch.executorIds.filter(id => !host.executors.has(id))
  for (const id of fresh) host.executors.set(id, { phase: 'starting', sinceMs: nowMs })
  if (known !== undefined) {
    if (fresh.length > 0) site.tellHost(host, { type: 'addExecutors', executorIds: fresh })
    return
  }
  site.hosts.set(hostId, host)
  const { incarnation } = site.identity
  site.act({
    type: 'StartHost',
    host: {
      ...{ hostId, applicationId, applicationName, incarnation, executorMemoryMiB },
      ...{ executorIds: fresh, hostSettings },
    },
  })
  site.note('info', 'starts a host', { applicationId, hostId, executors: fresh.length })
}

function newHost({ hostId, applicationId, executorMemoryMiB }: Launch, nowMs: number): Host {
  return {
    ...{ hostId, applicationId, executorMemoryMiB, startedMs: nowMs },
    ...{ phase: 'starting', port: 0, executors: new Map(), endingSinceMs: 0 },
    ...{ signalled: 'nothing', ending: undefined, isFenced: false },
  }
}

/** Why nothing of it is started; undefined: all of it is. */
function refusalOf(site: Site, launch: Launch): string | undefined {
  const { hostId, applicationId, executorIds, executorMemoryMiB } = launch
  const { cores, memoryMiB } = site.rules
  if (site.stopping !== undefined) return 'this worker is stopping'
  if (site.isDraining) return 'this worker is draining'
  if (site.endedHosts.has(hostId)) return `host ${hostId} has ended`
  if (site.applications.get(applicationId)?.hasEnded) return `${applicationId} is ending here`
  const host = site.hosts.get(hostId)
  if (host !== undefined && host.applicationId !== applicationId) {
    return `host ${hostId} belongs to ${host.applicationId}`
  }
  if (host?.phase === 'ending') return `host ${hostId} is ending`
  const foreign = [...site.hosts.values()].find(
    other => other !== host && executorIds.some(id => other.executors.has(id)),
  )
  if (foreign !== undefined) return `its executors run in host ${foreign.hostId} already`
  const fresh = executorIds.filter(id => host?.executors.has(id) !== true).length
  if (site.busy + fresh > cores) {
    return `${fresh} executors more than the ${site.busy} there are would pass this worker's ${cores}`
  }
  const neededMiB = site.memoryUsedMiB + fresh * executorMemoryMiB
  if (neededMiB > memoryMiB) {
    return `${fresh} executors of ${executorMemoryMiB} MiB would need ${neededMiB} MiB in all, this worker offers ${memoryMiB}`
  }
  return undefined
}

type Stop = Extract<MasterToWorker, { type: 'stopExecutors' }>

/** Takes executors away; a host that has none left ends. Those that are gone already are no fault. */
export function stopExecutors(site: Site, stop: Stop, nowMs: number): void {
  for (const host of site.hostsOf(stop.applicationId)) {
    const named = stop.executorIds.filter(id => host.executors.has(id))
    if (named.length === 0 || host.phase === 'ending') continue
    const fresh = named.filter(id => host.executors.get(id)?.phase !== 'removing')
    for (const id of fresh) host.executors.set(id, { phase: 'removing', sinceMs: nowMs })
    const isLast = [...host.executors.values()].every(({ phase }) => phase === 'removing')
    if (isLast) endHost(site, host, { cause: 'released', message: stop.reason }, nowMs)
    else if (fresh.length > 0) {
      site.tellHost(host, { type: 'removeExecutors', executorIds: fresh, reason: stop.reason })
    }
  }
}
