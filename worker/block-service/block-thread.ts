import type { Threads } from '#publib/env'
import type { BlockServiceOptions } from './block-service.ts'

/** What the thread tells its worker. */
export type BlockThreadMessage =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'failed'; readonly message: string; readonly code: string }

/** A block service that runs. */
export interface RunningBlockService {
  readonly port: number
  close(): Promise<void>
}

/** Starts a block service in a thread of its own. `onEnd` is told when it ended without being asked to. */
export function startBlockThread(
  threads: Threads,
  options: BlockServiceOptions,
  onEnd: (error: unknown) => void,
): Promise<RunningBlockService> {
  const entry = 'worker/block-service/main.js'
  const thread = threads.start({ entry, name: 'block-service', data: options })
  let isClosing = false
  const close = async (): Promise<void> => {
    isClosing = true
    await thread.terminate()
  }
  return new Promise((resolve, reject) => {
    thread.onMessage = message => {
      const told = message as BlockThreadMessage
      if (told.type === 'listening') resolve({ port: told.port, close })
      else {
        isClosing = true
        reject(Object.assign(new Error(told.message), { code: told.code }))
        void thread.terminate()
      }
    }
    thread.onExit = (code, error) => {
      const cause = error ?? new Error(`the thread of the block service ended with ${code}`)
      reject(cause)
      if (!isClosing) onEnd(cause)
    }
  })
}
