import type { WorkerEvent } from './events.ts'
import type { Host } from './site.ts'

type Exit = Extract<WorkerEvent, { type: 'HostExited' }>

/** What V8 prints before it aborts the process. */
const HEAP_FULL = /heap out of memory|Allocation failed|Array buffer allocation failed/i

/** The first cause that is known: what it said itself, what it was told, what the system says. */
export function nameCause(host: Host, exit: Exit): { cause: string; message: string } {
  const { code, signal, output } = exit
  if (host.ending !== undefined) return { ...host.ending }
  const limit = `${host.executors.size} executors of ${host.executorMemoryMiB} MiB`
  if (signal === 'SIGABRT' || code === 134) {
    if (HEAP_FULL.test(output)) {
      return { cause: 'outOfMemory', message: `it ran out of memory (limit: ${limit})` }
    }
    return { cause: 'signal', message: 'it aborted (SIGABRT)' }
  }
  if (signal === 'SIGKILL') {
    const message = `it was killed by SIGKILL, not by its worker: by hand, or by the system for want of memory (${limit})`
    return { cause: 'signal', message }
  }
  if (signal !== null) return { cause: 'signal', message: `it was killed by ${signal}` }
  const last = lastLine(output)
  const said = last === '' ? '' : `; its last words: ${last}`
  return { cause: 'exitCode', message: `it exited with code ${code}${said}` }
}

function lastLine(output: string): string {
  const lines = output.split('\n').map(line => line.replace(/[^\x20-\x7e]/g, '?').trim())
  return (lines.findLast(line => line !== '') ?? '').slice(0, 200)
}
