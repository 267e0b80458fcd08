import { parentPort, resourceLimits, workerData } from 'node:worker_threads'

/** A thread for tests: says what it was given, echoes, and ends as it is told. */
parentPort?.postMessage({ data: workerData as unknown, limits: resourceLimits })
parentPort?.on('message', (message: unknown) => {
  if (message === 'throw') throw new Error('thrown on purpose')
  if (message === 'exit') process.exit(7)
  parentPort?.postMessage(message)
})
