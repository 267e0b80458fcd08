import type { SourceData, ToExecutorThread } from '#publib/protocol'
import type { TaskDescription } from '#publib/task'

type RunTask = ToExecutorThread & { readonly type: 'runTask' }

/** Tasks that follow each other, as numbers: cloning seven numbers costs a tenth of cloning an object of them. */
export interface PackedTasks {
  readonly type: 'runTasks'
  readonly numbers: Float64Array
  /** Of each task; undefined: none has any. */
  readonly sources: readonly (readonly SourceData[])[] | undefined
}

/** What one message to a thread holds. */
export type ThreadMail = readonly (Exclude<ToExecutorThread, RunTask> | PackedTasks)[]

const NUMBERS = 7
const NOTHING: readonly SourceData[] = []

/** Messages in their order, with the tasks among them packed. */
export function packMail(messages: readonly ToExecutorThread[]): ThreadMail {
  const mail: (Exclude<ToExecutorThread, RunTask> | PackedTasks)[] = []
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at] as ToExecutorThread
    if (message.type !== 'runTask') {
      mail.push(message)
      continue
    }
    let end = at + 1
    while (messages[end]?.type === 'runTask') end++
    mail.push(packTasks(messages.slice(at, end) as RunTask[]))
    at = end - 1
  }
  return mail
}

/** Calls with each of the messages that were packed. */
export function unpackMail(mail: ThreadMail, call: (message: ToExecutorThread) => void): void {
  for (let at = 0; at < mail.length; at++) {
    const message = mail[at] as ThreadMail[number]
    if (message.type === 'runTasks') unpackTasks(message, call)
    else call(message)
  }
}

function packTasks(runs: readonly RunTask[]): PackedTasks {
  const numbers = new Float64Array(runs.length * NUMBERS)
  let hasSources = false
  runs.forEach(({ task, slot, sources }, place) => {
    const at = place * NUMBERS
    numbers[at] = task.taskId
    numbers[at + 1] = task.stageId
    numbers[at + 2] = task.stageAttempt
    numbers[at + 3] = task.jobId
    numbers[at + 4] = task.partition
    numbers[at + 5] = task.attempt
    numbers[at + 6] = slot
    hasSources ||= sources.length > 0
  })
  const sources = hasSources ? runs.map(run => run.sources) : undefined
  return { type: 'runTasks', numbers, sources }
}

function unpackTasks(
  { numbers, sources }: PackedTasks,
  call: (message: ToExecutorThread) => void,
): void {
  for (let at = 0, place = 0; at < numbers.length; at += NUMBERS, place++) {
    // Each number goes back to the field that it came from.
    const task = {
      taskId: numbers[at],
      stageId: numbers[at + 1],
      stageAttempt: numbers[at + 2],
      jobId: numbers[at + 3],
      partition: numbers[at + 4],
      attempt: numbers[at + 5],
    } as TaskDescription
    const slot = numbers[at + 6] as number
    call({ type: 'runTask', task, slot, sources: sources?.[place] ?? NOTHING })
  }
}
