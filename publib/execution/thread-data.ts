import type { MessagePort } from 'node:worker_threads'
import type { BlockLocation } from '#publib/blocks'
import type { ExecutorId } from '#publib/util'

/** What an executor thread is told at its start. */
export interface ThreadData {
  readonly executorId: ExecutorId
  readonly control: SharedArrayBuffer
  /** Where it tells of tasks that ended. */
  readonly ends: SharedArrayBuffer
  readonly cacheBudget: SharedArrayBuffer
  /** What keepers of data may count on: the executor's heap. */
  readonly memoryBytes: number
  /** The part of it that keepers may fill. */
  readonly memoryFraction: number
  readonly shuffleFolder: string
  readonly spillFolder: string
  readonly location: BlockLocation
}

/** The first and only message on the thread's public port: what user code posts there is no protocol. */
export interface ThreadPorts {
  /** Messages, both ways. */
  readonly messages: MessagePort
  /** Answers to a thread that stands still. */
  readonly answers: MessagePort
}
