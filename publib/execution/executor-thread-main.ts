import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '#publib/util'
import { startExecutorThread } from './executor-thread.ts'
import type { ThreadData, ThreadPorts } from './thread-data.ts'

const port = parentPort
assert(port !== null, 'an executor runs in a thread of its own')
port.once('message', (ports: ThreadPorts) => {
  // Nothing that user code posts to its parent keeps this thread, or anything else, busy.
  port.close()
  startExecutorThread(workerData as ThreadData, ports)
})
