import { parentPort, workerData } from 'node:worker_threads'
import { realEnv } from '#publib/env'
import { webSocketNetwork } from '#publib/transport'
import { textOf } from '#publib/util'
import { BlockService, type BlockServiceOptions } from './block-service.ts'
import type { BlockThreadMessage } from './block-thread.ts'

/** The thread of a worker that serves blocks. Runs no code of users. */
const post = (message: BlockThreadMessage): void => parentPort?.postMessage(message)

void BlockService.start(realEnv(webSocketNetwork()), workerData as BlockServiceOptions).then(
  service => {
    parentPort?.on('message', () => void service.close().then(() => parentPort?.close()))
    post({ type: 'listening', port: service.port })
  },
  (error: unknown) => {
    const { code } = error as { code?: unknown }
    post({ type: 'failed', message: textOf(error), code: String(code ?? '') })
  },
)
