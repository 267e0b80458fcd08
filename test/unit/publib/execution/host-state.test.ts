import { expect } from 'chai'
import { type HostAction, type HostEvent, HostState } from '#publib/execution'
import type { LossCause, TaskEnd } from '#publib/task'
import { type ExecutorId, executorId, taskId } from '#publib/util'

const A = executorId('w/0')
const B = executorId('w/1')
const WELL: TaskEnd = { kind: 'success', result: { kind: 'value', payload: -1, bytes: 1 } }
const EXIT: LossCause = { kind: 'exitCode', message: 'exit code 7', counts: true }

/** The actions in few words, in order. */
function told(actions: readonly HostAction[]): string[] {
  return actions.map(action => {
    switch (action.type) {
      case 'StartThread':
        return `start ${action.executorId} ${action.generation}`
      case 'PostTask':
        return `post ${action.taskId} to ${action.executorId} slot ${action.slot}`
      case 'RaiseKillFlag':
        return `flag ${action.executorId} slot ${action.slot}`
      case 'TerminateThread':
        return `terminate ${action.executorId}`
      case 'ForgetTask':
        return `forget ${action.taskId}`
      case 'ReportStarted':
        return `started ${action.taskId}`
      case 'ReportEnded':
        return `ended ${action.taskId} ${describe_(action.end)}`
      case 'ReportExecutorsAdded':
        return `added ${action.executorIds.join()}`
      case 'ReportExecutorLost':
        return `lost ${action.executorId} ${action.cause.kind}`
      case 'ReplaceHost':
        return 'replace host'
      default:
        return 'unknown'
    }
  })
}

function describe_(end: TaskEnd): string {
  if (end.kind === 'executorLost')
    return `lost ${end.cause.kind}${end.cause.counts ? ' counts' : ''}`
  return end.kind === 'killed' ? `killed ${end.reason}` : end.kind
}

function machine(stuck: 'replaceHost' | 'abandon' = 'replaceHost') {
  const state = new HostState(stuck, 2)
  const on = (event: HostEvent, nowMs = 0) => told(state.handle(event, nowMs))
  const launch = (id: number, executor: ExecutorId = A) =>
    on({ type: 'TasksLaunched', tasks: [{ taskId: taskId(id), executorId: executor }] })
  const end = (id: number, generation = 1, nowMs = 0, how: TaskEnd = WELL, executor = A) =>
    on({ type: 'TaskEnded', executorId: executor, generation, taskId: taskId(id), end: how }, nowMs)
  const kill = (id: number, nowMs = 0) =>
    on({ type: 'TasksKilled', taskIds: [taskId(id)], reason: 'why' }, nowMs)
  const ready = (generation = 1, executor = A) =>
    on({ type: 'ThreadReady', executorId: executor, generation })
  const exited = (generation: number, cause = EXIT, executor = A) =>
    on({ type: 'ThreadExited', executorId: executor, generation, cause })
  const passed = (nowMs: number) => on({ type: 'TimePassed' }, nowMs)
  return { state, on, launch, end, kill, ready, exited, passed }
}

function oneReady(stuck?: 'replaceHost' | 'abandon') {
  const host = machine(stuck)
  host.on({ type: 'ExecutorsWanted', executorIds: [A] })
  host.ready()
  return host
}

describe('the state of an executor host', () => {
  it('starts a thread for each executor once, and tells when it is ready', () => {
    const host = machine()
    expect(host.on({ type: 'ExecutorsWanted', executorIds: [A, B, A] })).to.deep.equal([
      'start w/0 1',
      'start w/1 1',
    ])
    expect(host.ready()).to.deep.equal(['added w/0'])
    expect(host.state.readyExecutorIds).to.deep.equal([A])
  })

  it('keeps tasks for a thread that starts, and posts two at a time', () => {
    const host = machine()
    host.on({ type: 'ExecutorsWanted', executorIds: [A] })
    expect([host.launch(1), host.launch(2), host.launch(3)]).to.deep.equal([[], [], []])
    expect(host.ready()).to.deep.equal([
      'added w/0',
      'post 1 to w/0 slot 0',
      'started 1',
      'post 2 to w/0 slot 1',
    ])
    expect(host.end(1)).to.deep.equal([
      'ended 1 success',
      'forget 1',
      'started 2',
      'post 3 to w/0 slot 2',
    ])
  })

  it('only tells a task that is killed gently, and ends it when that is asked for', () => {
    const host = oneReady()
    host.launch(1)
    host.launch(2)
    host.launch(3)
    const gently = (id: number) =>
      host.on({ type: 'TasksKilled', taskIds: [taskId(id)], reason: 'why', isGentle: true })
    expect(gently(3)).to.deep.equal(['ended 3 killed why', 'forget 3'])
    expect(gently(1)).to.deep.equal(['flag w/0 slot 0'])
    expect(host.state.deadlineMs).to.equal(undefined)
    expect(host.passed(10_000)).to.deep.equal([])
    expect(host.kill(1, 20_000)).to.deep.equal(['flag w/0 slot 0'])
    expect(host.state.deadlineMs).to.equal(20_050)
    expect(gently(1)).to.deep.equal([])
    expect(host.passed(20_050)).to.deep.equal(['terminate w/0'])
  })

  it('is hungry while an executor has fewer tasks at hand than it could have', () => {
    const host = oneReady()
    const hungry = [host.state.isHungry]
    for (const id of [1, 2, 3]) {
      host.launch(id)
      hungry.push(host.state.isHungry)
    }
    host.end(1)
    host.end(2)
    expect([...hungry, host.state.isHungry]).to.deep.equal([true, true, false, false, true])
  })

  it('runs a task that is launched twice once', () => {
    const host = oneReady()
    expect(host.launch(1)).to.deep.equal(['post 1 to w/0 slot 0', 'started 1'])
    expect(host.launch(1)).to.deep.equal([])
  })

  it('gives back a task for an executor that it does not have', () => {
    const host = oneReady()
    expect(host.launch(1, B)).to.deep.equal(['ended 1 lost released', 'forget 1'])
  })

  it('ends a task that waits at once when it is killed', () => {
    const host = oneReady()
    for (const id of [1, 2, 3]) host.launch(id)
    expect(host.kill(3)).to.deep.equal(['ended 3 killed why', 'forget 3'])
    expect(host.kill(99)).to.deep.equal([])
  })

  it('flags a running task at once, terminates after 50 ms, replaces the process 2 s later', () => {
    const host = oneReady()
    host.launch(1)
    expect(host.kill(1, 100)).to.deep.equal(['flag w/0 slot 0'])
    expect(host.state.deadlineMs).to.equal(150)
    expect(host.passed(149)).to.deep.equal([])
    expect(host.passed(150)).to.deep.equal(['terminate w/0'])
    expect(host.state.deadlineMs).to.equal(2150)
    expect(host.passed(2150)).to.deep.equal(['replace host'])
    expect(host.state.deadlineMs).to.equal(undefined)
  })

  it('leaves a stuck thread to itself where the process must go on', () => {
    const host = oneReady('abandon')
    host.launch(1)
    host.kill(1, 0)
    host.passed(50)
    expect(host.passed(2050)).to.deep.equal(['ended 1 killed why', 'forget 1', 'start w/0 2'])
    expect(host.exited(1)).to.deep.equal([])
  })

  it('tells the end of a killed task as killed, and its success as success', () => {
    const host = oneReady()
    const failed: TaskEnd = {
      ...{ kind: 'failed', retryable: true },
      error: { name: 'Error', code: undefined, message: 'm', stack: undefined },
    }
    host.launch(1)
    host.kill(1)
    expect(host.end(1, 1, 0, failed)[0]).to.equal('ended 1 killed why')
    host.launch(2)
    host.kill(2)
    expect(host.end(2)[0]).to.equal('ended 2 success')
  })

  it('begins the ladder of a posted task when its turn comes', () => {
    const host = oneReady()
    host.launch(1)
    host.launch(2)
    expect(host.kill(2, 0)).to.deep.equal(['flag w/0 slot 1'])
    expect(host.state.deadlineMs).to.equal(undefined)
    host.end(1, 1, 1000)
    expect(host.state.deadlineMs).to.equal(1050)
  })

  it('blames what ran when a thread ends, and runs the rest in a fresh one', () => {
    const host = oneReady()
    for (const id of [1, 2]) host.launch(id)
    expect(host.exited(1)).to.deep.equal([
      'ended 1 lost exitCode counts',
      'forget 1',
      'start w/0 2',
    ])
    expect(host.ready(2)).to.deep.equal(['post 2 to w/0 slot 0', 'started 2'])
  })

  it('does not hear what a thread that is gone has said', () => {
    const host = oneReady()
    host.launch(1)
    host.exited(1)
    host.launch(2)
    host.ready(2)
    expect(host.end(2, 1)).to.deep.equal([])
    expect(host.exited(1)).to.deep.equal([])
    expect(host.end(2, 2)[0]).to.equal('ended 2 success')
  })

  it('gives up an executor whose threads end three times before they are ready', () => {
    const host = machine()
    host.on({ type: 'ExecutorsWanted', executorIds: [A] })
    host.launch(1)
    expect(host.exited(1)).to.deep.equal(['start w/0 2'])
    expect(host.exited(2)).to.deep.equal(['start w/0 3'])
    expect(host.exited(3)).to.deep.equal(['ended 1 lost exitCode', 'forget 1', 'lost w/0 exitCode'])
    expect(host.state.executorIds).to.deep.equal([])
  })

  it('releases executors with what they do, without blame', () => {
    const host = oneReady()
    host.launch(1)
    expect(host.on({ type: 'ExecutorsReleased', executorIds: [A], reason: 'idle' })).to.deep.equal([
      'ended 1 lost released',
      'forget 1',
      'lost w/0 released',
      'terminate w/0',
    ])
    expect(host.exited(1)).to.deep.equal([])
    expect(host.state.executorIds).to.deep.equal([])
  })

  it('ends the task that holds most before memory is full, and none while one is on its way out', () => {
    const host = machine()
    host.on({ type: 'ExecutorsWanted', executorIds: [A, B] })
    host.ready(1, A)
    host.ready(1, B)
    host.launch(1, A)
    host.launch(2, B)
    const measure = (residentBytes: number) =>
      host.on({
        type: 'MemoryMeasured',
        ...{ residentBytes, limitBytes: 1000 },
        heldBytes: new Map([
          [A, 300],
          [B, 500],
        ]),
      })
    expect(measure(950)).to.deep.equal([])
    expect(measure(951)).to.deep.equal(['terminate w/1'])
    expect(measure(999)).to.deep.equal([])
    expect(host.exited(1, EXIT, B)[0]).to.equal('ended 2 lost outOfMemory counts')
  })

  it('kills everything when the driver is gone', () => {
    const host = oneReady()
    for (const id of [1, 2, 3]) host.launch(id)
    expect(host.on({ type: 'DriverGone', reason: 'gone' })).to.deep.equal([
      'flag w/0 slot 0',
      'flag w/0 slot 1',
      'ended 3 killed gone',
      'forget 3',
    ])
  })

  it('holds nothing of what has ended', () => {
    const host = oneReady()
    for (let id = 0; id < 500; id++) host.launch(id)
    for (let id = 0; id < 500; id++) host.end(id)
    expect(host.state.attemptCount).to.equal(0)
  })
})
