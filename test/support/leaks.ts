import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { TEMP_PREFIX } from './temp-folder.ts'

/** What holds something, as Node names it: sockets, ports, children, watchers, timers. Threads it does not name. */
const HANDLES = new Set([
  'TCPSocketWrap',
  'TCPServerWrap',
  'PipeWrap',
  'PipeServerWrap',
  'ProcessWrap',
  'MessagePort',
  'FSEventWrap',
  'StatWatcher',
  'UDPWrap',
  'Timeout',
])
/** How long something may still be on its way out. */
const { SIMSPARK_LEAK_GRACE_MS } = process.env
const GRACE_MS = Number(SIMSPARK_LEAK_GRACE_MS ?? 2000)
const STEP_MS = 10

interface Holdings {
  readonly handles: ReadonlyMap<string, number>
  readonly tempFiles: ReadonlySet<string>
}

/** What was there before the suite that runs. */
let before: Holdings
const threads = new Set<Worker>()
process.on('worker', (thread: Worker) => {
  threads.add(thread)
  thread.once('exit', () => threads.delete(thread))
})

/**
 * Root hooks of mocha: after each suite of a file everything it opened must be closed and every temporary file gone,
 * or the suite fails and the message says what is left.
 */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    await ownTimers()
    before = holdings()
    for (const suite of this.test?.parent?.suites ?? []) {
      suite.afterAll('leaves nothing behind', function () {
        this.timeout(GRACE_MS + 3000)
        return check(suite)
      })
    }
  },
}

/** One turn later mocha's timer for the hook that asks is there, always one. */
function ownTimers(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

async function check(suite: Mocha.Suite): Promise<void> {
  await ownTimers()
  let left = leftSince(before)
  for (let waitedMs = 0; left.length > 0 && waitedMs < GRACE_MS; waitedMs += STEP_MS) {
    await new Promise(resolve => setTimeout(resolve, STEP_MS))
    left = leftSince(before)
  }
  before = holdings()
  if (left.length === 0) return
  throw new Error(`"${suite.title}" (${suite.file}) left behind: ${left.join(', ')}`)
}

function leftSince(start: Holdings): readonly string[] {
  const now = holdings()
  const handles = [...now.handles].flatMap(([kind, count]) => {
    const more = count - (start.handles.get(kind) ?? 0)
    return more > 0 ? [`${more} ${kind}`] : []
  })
  const files = [...now.tempFiles].filter(name => !start.tempFiles.has(name))
  return [...handles, ...files.map(name => `temporary ${name}`)]
}

function holdings(): Holdings {
  const handles = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) {
    if (HANDLES.has(kind)) handles.set(kind, (handles.get(kind) ?? 0) + 1)
  }
  if (threads.size > 0) handles.set('Thread', threads.size)
  const temp = readdirSync(tmpdir()).filter(name => name.startsWith(TEMP_PREFIX))
  return { handles, tempFiles: new Set(temp) }
}
