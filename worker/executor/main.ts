import './guard.ts'
import { realEnv } from '#publib/env'
import { fromWorkerToHost, type HostToWorker, type StartHost } from '#publib/protocol'
import { webSocketNetwork } from '#publib/transport'
import { textOf } from '#publib/util'
import { HostOfApplication } from './host.ts'

/** The process of one application on one worker. What it is to do comes over the pipe from its worker, never by its command line. */
const FAULT = 70
let host: Promise<HostOfApplication> | undefined

const tell = (message: HostToWorker): void => {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined)
}

function startHost(start: StartHost): Promise<HostOfApplication> {
  return HostOfApplication.start(realEnv(webSocketNetwork()), start, {
    tell,
    write: (stream, text) => process[stream].write(text),
    residentBytes: () => process.memoryUsage.rss(),
    heapBytes: () => process.memoryUsage().heapUsed,
    cpuMs: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1000
    },
    // No handler: a thread that native code holds would keep a tidy exit waiting for ever.
    die: () => process.kill(process.pid, 'SIGTERM'),
    exit: () => process.exit(0),
  })
}

function fail(error: unknown): never {
  tell({ type: 'hostEnding', cause: 'exitCode', message: textOf(error).slice(0, 4000) })
  process.stderr.write(`${error instanceof Error ? error.stack : textOf(error)}\n`)
  process.exit(FAULT)
}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
process.on('message', (given: unknown) => {
  const decoded = fromWorkerToHost.decode(given, [])
  if (!decoded.ok)
    fail(new Error(`the worker sent what is no message of a worker: ${decoded.reason}`))
  const { message } = decoded
  if (message.type === 'startHost') {
    host ??= startHost(message)
    host.catch(fail)
  } else {
    void host?.then(running => running.workerSpoke(message))
  }
})
// Without its worker nobody would end it, and nobody serves what it writes.
process.on('disconnect', () => {
  if (host === undefined) process.exit(0)
  else
    void host.then(running => running.end({ cause: 'workerLost', message: 'its worker is gone' }))
})
