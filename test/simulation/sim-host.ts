import type { Env } from '#publib/env'
import { fromWorkerToHost, type StartHost } from '#publib/protocol'
import { HostOfApplication } from '../../worker/executor/host.ts'
import { SimLinks } from './sim-links.ts'
import type { SimParent } from './sim-processes.ts'
import type { Watch } from './watch.ts'
import type { SimProcess, World } from './world.ts'

const MIB = 2 ** 20
const FAULT = 70

/** The process of an executor host: what its entry does, with the production shell, and executors on simulated time. */
export function simHost(around: {
  readonly world: World
  readonly process: SimProcess
  readonly parent: SimParent
  readonly env: Env
  readonly watch: Watch
}): void {
  const { world, process, parent, env, watch } = around
  let host: Promise<HostOfApplication> | undefined
  const fail = (error: unknown): void => {
    watch.breach(`${process.name} failed: ${error instanceof Error ? error.stack : error}`)
    process.end(FAULT, null)
  }
  const start = (message: StartHost): Promise<HostOfApplication> =>
    HostOfApplication.start(env, message, {
      tell: told => parent.send(told),
      write: (stream, text) => world.note(`${process.name} ${stream}: ${text}`),
      residentBytes: () => 100 * MIB,
      heapBytes: () => 50 * MIB,
      cpuMs: () => world.now,
      die: () => process.end(null, 'SIGTERM'),
      exit: () => process.end(0, null),
      linksFor: ({ shuffleFolder, spillFolder, location }) =>
        new SimLinks({ world, process, shuffleFolder, spillFolder, location, watch }),
    })
  parent.onMessage = given => {
    const decoded = fromWorkerToHost.decode(given, [])
    if (!decoded.ok) fail(new Error(decoded.reason))
    else if (decoded.message.type === 'startHost') {
      host ??= start(decoded.message)
      host.catch(fail)
    } else {
      const { message } = decoded
      void host?.then(running => running.workerSpoke(message))
    }
  }
  parent.onDisconnect = () => {
    if (host === undefined) process.end(0, null)
    else {
      void host.then(running => running.end({ cause: 'workerLost', message: 'its worker is gone' }))
    }
  }
}
