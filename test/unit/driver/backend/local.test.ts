import { existsSync, readdirSync } from 'node:fs'
import { expect } from 'chai'
import { realClock, realFiles, realRandom, realThreads } from '#publib/env'
import { encodeStage, type Lineage } from '#publib/lineage'
import { decodeValue } from '#publib/serialization'
import type { TaskEnd } from '#publib/task'
import { jobId, stageId, taskId } from '#publib/util'
import type {
  Application,
  BackendEvents,
  ExecutorHostHandle,
} from '../../../../driver/backend/backend.ts'
import { LocalBackend } from '../../../../driver/backend/local.ts'
import type { MemoryReading } from '../../../../driver/backend/memory-watch.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'
import { collected, mapped, numbers } from '../../publib/execution/stages.ts'

const env = { clock: realClock, random: realRandom, files: realFiles, threads: realThreads }

describe('the local backend', () => {
  const folder = useTempFolder()

  function backendOf(
    executors: 'inline' | { threads: number },
    printed: string[] = [],
    readMemory?: () => MemoryReading,
  ): LocalBackend {
    return new LocalBackend({
      ...{ env, executors, localFolders: [folder()] },
      ...{ executorMemoryBytes: 256 << 20, memoryFraction: 0.6, storageFraction: 0.5 },
      ...(readMemory === undefined ? {} : { readMemory }),
      onOutput: ({ text }, task) => printed.push(`${task?.partition}: ${text}`),
    })
  }

  it('runs tasks in threads, and deletes its folder at the end', async () => {
    const printed: string[] = []
    const backend = backendOf({ threads: 2 }, printed)
    const { application, handle } = await started(backend)
    expect(application).to.include({ defaultParallelism: 2, executorsMax: 2 })
    const lineage = mapped(numbers(4, 2), x => {
      console.log(x)
      return x * 10
    })
    expect(await resultsOf(backend, handle, lineage)).to.deep.equal([
      [0, 10],
      [20, 30],
    ])
    expect(printed.sort()).to.deep.equal(['0: 0\n1\n', '1: 2\n3\n'])
    expect(readdirSync(folder())).to.have.length(1)
    await Promise.all([backend.stop(), backend.stop()])
    expect(readdirSync(folder())).to.deep.equal([])
  })

  it("runs tasks of `local` with the user's own functions, in the driver's own thread", async () => {
    const backend = backendOf('inline')
    const { handle } = await started(backend)
    const seen: number[] = []
    const lineage = mapped(numbers(3, 1), x => seen.push(x))
    expect(await resultsOf(backend, handle, lineage)).to.deep.equal([[1, 2, 3]])
    expect(seen).to.deep.equal([0, 1, 2])
    await backend.stop()
    expect(existsSync(folder())).to.equal(true)
    expect(readdirSync(folder())).to.deep.equal([])
  })

  it('ends the largest task when memory runs out, not the program, and names memory', async () => {
    let residentBytes = 100 << 20
    const backend = backendOf({ threads: 1 }, [], () => ({ residentBytes, driverBytes: 40 << 20 }))
    const { handle } = await started(backend)
    const lineage = mapped(numbers(1, 1), x => {
      while (x === 0);
      return x
    })
    const ended = endOfFirst(backend, handle, lineage)
    residentBytes += 700 << 20
    const end = await ended
    expect(end.kind === 'executorLost' && end.cause.kind).to.equal('outOfMemory')
    expect(end.kind === 'executorLost' && end.cause.message).to.match(
      /^executors held 700 MiB of the 640 MiB of memory that they may/,
    )
    await backend.stop()
  })

  it('stops while tasks run that do not listen', async () => {
    const backend = backendOf({ threads: 1 })
    const { handle } = await started(backend)
    const lineage = mapped(numbers(1, 1), x => {
      while (x === 0);
      return x
    })
    void resultsOf(backend, handle, lineage)
    await backend.stop()
    expect(readdirSync(folder())).to.deep.equal([])
  })
})

async function started(
  backend: LocalBackend,
): Promise<{ application: Application; handle: ExecutorHostHandle }> {
  let handle: ExecutorHostHandle | undefined
  const events = {
    hostAdded(host: ExecutorHostHandle) {
      handle = host
    },
  }
  const application = await backend.start(events as unknown as BackendEvents)
  return { application, handle: handle! }
}

/** As a driver does that hands tasks to the executors in turn. */
function launch(
  backend: LocalBackend,
  { connection }: ExecutorHostHandle,
  lineage: Lineage<unknown>,
): void {
  const id = stageId(0)
  const { numPartitions } = lineage
  backend.liveStages?.set(id, { lineage, work: collected })
  const bytes = backend.liveStages ? new Uint8Array() : encodeStage(lineage, collected).bytes
  const stage = { stageId: id, numPartitions, kind: 'result' as const, reads: [], properties: {} }
  connection.send({ type: 'stage', stage }, [bytes])
  const tasks = Array.from({ length: numPartitions }, (_, partition) => ({
    task: {
      taskId: taskId(partition),
      stageId: id,
      stageAttempt: 0,
      jobId: jobId(0),
      partition,
      attempt: 0,
    },
    executorId: backend.executorIds[partition % backend.executorIds.length]!,
    sources: [],
  }))
  connection.send({ type: 'launchTasks', tasks })
}

/** What each partition gives. */
function resultsOf(
  backend: LocalBackend,
  handle: ExecutorHostHandle,
  lineage: Lineage<unknown>,
): Promise<unknown[]> {
  launch(backend, handle, lineage)
  const { connection } = handle
  const { numPartitions } = lineage
  const results: unknown[] = []
  return new Promise(resolve => {
    connection.onMessage = (message, payloads) => {
      if (message.type !== 'taskStatuses') return
      for (const { taskId: task, end } of message.ended) {
        if (end.kind !== 'success' || end.result.kind !== 'value') continue
        results[task] = decodeValue(payloads[end.result.payload]!)
        if (Object.keys(results).length === numPartitions) resolve(results)
      }
    }
  })
}

/** How the task of the first partition ends. */
function endOfFirst(
  backend: LocalBackend,
  handle: ExecutorHostHandle,
  lineage: Lineage<unknown>,
): Promise<TaskEnd> {
  launch(backend, handle, lineage)
  return new Promise(resolve => {
    handle.connection.onMessage = message => {
      if (message.type !== 'taskStatuses') return
      const first = message.ended.find(({ taskId: task }) => task === 0)
      if (first !== undefined) resolve(first.end)
    }
  })
}
