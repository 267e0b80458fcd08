import type { ApplicationId } from '#publib/util'
import { nameCause } from './cause-of-death.ts'
import type { WorkerEvent } from './events.ts'
import type { Host, Site } from './site.ts'

/** Asks a host to end; the ladder follows if it does not. */
export function endHost(
  site: Site,
  host: Host,
  why: { readonly cause: string; readonly message: string },
  nowMs: number,
): void {
  if (host.phase === 'ending') return
  host.phase = 'ending'
  host.endingSinceMs = nowMs
  host.ending ??= why
  site.tellHost(host, { type: 'stopHost', reason: why.message })
}

/** The application is over: nothing of it stays here. */
export function endApplication(site: Site, applicationId: ApplicationId, nowMs: number): void {
  const entry = site.applications.get(applicationId)
  if (entry !== undefined) entry.hasEnded = true
  for (const host of site.hostsOf(applicationId)) {
    endHost(site, host, { cause: 'stopped', message: 'its application has ended' }, nowMs)
  }
  deleteIfOver(site, applicationId)
}

export function endEverything(site: Site, message: string, nowMs: number): void {
  for (const applicationId of [...site.applications.keys()]) {
    const entry = site.applications.get(applicationId)!
    entry.hasEnded = true
    for (const host of site.hostsOf(applicationId)) {
      endHost(site, host, { cause: 'stopped', message }, nowMs)
    }
    deleteIfOver(site, applicationId)
  }
}

/** Declared down: what runs here counts as lost everywhere and goes at once, without a friendly word. */
export function fenceEverything(site: Site, nowMs: number): void {
  endEverything(site, 'its worker was declared down', nowMs)
  for (const host of site.hosts.values()) {
    host.isFenced = true
    signal(site, host, 'SIGKILL')
  }
}

/** The process of a host is gone: its executors are, too, and the cause has a name. */
export function hostExited(site: Site, event: Extract<WorkerEvent, { type: 'HostExited' }>): void {
  const host = site.hosts.get(event.hostId)
  if (host === undefined) return
  site.forgetHost(host)
  const { applicationId, hostId } = host
  const { cause, message } = nameCause(host, event)
  const executorIds = [...host.executors.keys()]
  site.tellMaster({
    ...{ type: 'executorsEnded', applicationId, hostId, executorIds },
    ...{ hostEnded: true, cause, message },
  })
  site.note(
    cause === 'stopped' || cause === 'released' ? 'info' : 'warn',
    `host ended: ${message}`,
    {
      ...{ applicationId, hostId, cause },
    },
  )
  if (site.applications.get(applicationId)?.hasEnded) deleteIfOver(site, applicationId)
  else if (site.hostsOf(applicationId).length === 0) {
    site.act({ type: 'DeleteFiles', applicationId, what: 'spill' })
  }
}

/** Files are deleted when nobody can write to them any more. */
function deleteIfOver(site: Site, applicationId: ApplicationId): void {
  if (site.hostsOf(applicationId).length > 0) return
  site.applications.delete(applicationId)
  site.act({ type: 'DeleteFiles', applicationId, what: 'all' })
}

/** Friendly word → SIGTERM → SIGKILL to the whole group. */
export function climbLadders(site: Site, nowMs: number): void {
  const { termMs, killMs, hostStartMs } = site.rules
  for (const host of site.hosts.values()) {
    if (host.phase === 'starting' && nowMs - host.startedMs >= hostStartMs) {
      const message = `it did not listen within ${hostStartMs} ms`
      endHost(site, host, { cause: 'exitCode', message }, nowMs)
    }
    if (host.phase === 'running') endIfStuck(site, host, nowMs)
    if (host.phase !== 'ending') continue
    const sinceMs = nowMs - host.endingSinceMs
    if (sinceMs >= killMs && host.signalled !== 'SIGKILL') signal(site, host, 'SIGKILL')
    else if (sinceMs >= termMs && host.signalled === 'nothing') signal(site, host, 'SIGTERM')
  }
}

/** An executor that cannot be removed, because native code holds its thread, goes with its host. */
function endIfStuck(site: Site, host: Host, nowMs: number): void {
  for (const [executorId, { phase, sinceMs }] of host.executors) {
    if (phase !== 'removing' || nowMs - sinceMs < site.rules.killMs) continue
    const message = `executor ${executorId} could not be removed`
    endHost(site, host, { cause: 'stopped', message }, nowMs)
    return
  }
}

function signal(site: Site, host: Host, name: 'SIGTERM' | 'SIGKILL'): void {
  host.signalled = name
  site.act({ type: 'SignalHost', hostId: host.hostId, signal: name })
}
