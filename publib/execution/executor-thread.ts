import { realClock, realRandom, realSyncFiles } from '#publib/env/thread'
import { MemoryBudget } from '#publib/memory'
import type { FromExecutorThread } from '#publib/protocol'
import { CacheBudget } from '#publib/storage'
import { errorToData } from '#publib/util'
import { BuiltinWatch } from './builtins.ts'
import { ControlBlock } from './control-block.ts'
import { BELL, EndRing } from './end-ring.ts'
import { builtinsReplaced } from './errors.ts'
import { Executor } from './executor.ts'
import { HostCalls } from './host-calls.ts'
import { registerRevivers } from './revivers.ts'
import { endOfThrown } from './task-outcome.ts'
import type { ThreadData, ThreadPorts } from './thread-data.ts'
import { type ThreadMail, unpackMail } from './thread-messages.ts'
import { threadUsage } from './thread-usage.ts'
import { UserOutput } from './user-output.ts'

// User code may replace what it likes; what the runtime ends a thread with stays its own.
const exit = process.exit.bind(process)
const turn = setImmediate

/** Makes this thread an executor: it takes tasks from its host until it is ended. */
export function startExecutorThread(data: ThreadData, { messages, answers }: ThreadPorts): void {
  const control = new ControlBlock(data.control)
  const postMessage = messages.postMessage.bind(messages)
  const ends = new EndRing(data.ends)
  const post = (message: FromExecutorThread, transfer: readonly ArrayBuffer[] = []): void => {
    ends.notePosted()
    postMessage(message, transfer)
  }
  const postEnd = (message: TaskEnded, transfer?: readonly ArrayBuffer[]): void => {
    if (!ends.put(message)) post(message, transfer)
    else if (ends.mustRing()) postMessage(BELL)
  }
  const calls = new HostCalls(post, answers, control)
  const output = new UserOutput(post, () => executor.runningTask?.taskId)
  const builtins = new BuiltinWatch()
  const executor = new Executor(
    {
      executorId: data.executorId,
      clock: realClock,
      random: realRandom,
      files: realSyncFiles,
      memory: new MemoryBudget({ limitBytes: data.memoryBytes, fraction: data.memoryFraction }),
      control,
      cacheBudget: new CacheBudget(data.cacheBudget),
      shuffleFolder: data.shuffleFolder,
      spillFolder: data.spillFolder,
      location: data.location,
      liveStages: undefined,
      usage: threadUsage,
      fetch: (requests, checkCancelled) => calls.fetch(requests, checkCancelled),
      makeRoom: request => calls.makeRoom(request),
      post(message, transfer) {
        if (message.type !== 'taskEnded') return post(message, transfer)
        const replaced = builtins.repair()
        output.flush()
        if (replaced === undefined) postEnd(message, transfer)
        else post(untrusted(message, replaced))
      },
    },
    () => new Promise(resolve => turn(resolve)),
  )
  registerRevivers()
  takeOutput(output)
  takeUncaught(executor, post)
  supplyHelpers()
  const receive = executor.receive.bind(executor)
  messages.on('message', (mail: ThreadMail) => unpackMail(mail, receive))
  post({ type: 'ready' })
}

type TaskEnded = Extract<FromExecutorThread, { type: 'taskEnded' }>

/** What a task gave that broke what its executor is made of. */
function untrusted({ taskId, metrics }: TaskEnded, replaced: string): TaskEnded {
  const end = endOfThrown(builtinsReplaced(replaced))
  return { type: 'taskEnded', taskId, end, metrics, accumulators: [], cacheReads: [] }
}

function takeOutput(output: UserOutput): void {
  process.stdout.write = output.writer('stdout')
  process.stderr.write = output.writer('stderr')
}

/** First in the row of handlers: user code can add its own, but not keep a thread alive whose state nobody knows. */
function takeUncaught(executor: Executor, post: (message: FromExecutorThread) => void): void {
  const end = (error: unknown, origin: string): void => {
    const taskId = executor.suspectTask?.taskId
    const nothing = { metrics: undefined, accumulators: [], cacheReads: [] }
    if (taskId !== undefined) {
      post({ type: 'taskEnded', taskId, end: endOfThrown(error), ...nothing })
    }
    post({ type: 'uncaught', error: errorToData(error), origin })
    exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', error => {
    if (!executor.noteStrayRejection(error)) end(error, 'unhandledRejection')
  })
}

/** Some compilers wrap functions in a helper that keeps their names; a function that travels finds it here. */
function supplyHelpers(): void {
  const name = (target: object, value: string): object =>
    Object.defineProperty(target, 'name', { value, configurable: true })
  Object.defineProperty(globalThis, '__name', { value: name, configurable: true, writable: true })
}
