/** Programs that end in all the ways in which programs end, in each kind of master. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { MasterStatus } from '../../../master/index.ts'
import { TestCluster } from '../../support/cluster.ts'
import { PrivateTemp } from '../../support/private-temp.ts'
import { cleanEnvironment } from '../../support/run-cli.ts'

const ENTRY = fileURLToPath(new URL('../../support/entries/ending-program.js', import.meta.url))
/** Hang limits are three times the figure that is promised. */
const SLACK = 3

interface Ending {
  readonly how: string
  readonly signal?: NodeJS.Signals
  /** An exit code, or the signal that it died of. */
  readonly ends: number | NodeJS.Signals
  readonly says?: RegExp
  /** A process that is killed can delete nothing of its own. */
  readonly mayLeaveFiles?: boolean
}

const ENDINGS: readonly Ending[] = [
  { how: 'falls off its end', ends: 0 },
  { how: 'has set an exit code', ends: 5 },
  { how: 'waits for a signal', signal: 'SIGINT', ends: 130, says: /job CONTEXT_STOPPED/ },
  { how: 'waits for a signal', signal: 'SIGTERM', ends: 143, says: /job CONTEXT_STOPPED/ },
  { how: 'awaits a job without a catch', signal: 'SIGINT', ends: 130, says: /ready\n$/ },
  { how: 'throws while a job runs', ends: 1, says: /Error: on purpose\n.*ending-program/ },
  { how: 'rejects while a job runs', ends: 1, says: /Error: on purpose\n.*ending-program/ },
  { how: 'exits while a job runs', ends: 7 },
  { how: 'stops while a job runs', ends: 0, says: /job CONTEXT_STOPPED/ },
  { how: 'waits for a signal', signal: 'SIGKILL', ends: 'SIGKILL', mayLeaveFiles: true },
]

interface Ended {
  readonly end: number | string | null
  readonly output: string
}

/** Runs it; the signal comes when its endless job runs. */
function run({ how, signal }: Ending, environment: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, [ENTRY, how], {
    ...{ env: cleanEnvironment(environment), stdio: ['ignore', 'pipe', 'pipe'] },
  })
  return new Promise(resolve => {
    let output = ''
    const hear = (text: string): void => {
      const wasReady = output.includes('ready')
      output += text
      if (signal !== undefined && !wasReady && output.includes('ready')) child.kill(signal)
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.once('close', (code, by) => resolve({ end: by ?? code, output }))
  })
}

function assertEnded(ending: Ending, { end, output }: Ended): void {
  expect(end, output).to.equal(ending.ends)
  expect(output).to.include('sum 9900\n')
  if (ending.says !== undefined) expect(output).to.match(ending.says)
  // No control sequence is left on a terminal, and nothing of ours is told with a stack.
  expect(output).not.to.include('\u001b')
}

const titleOf = ({ how, signal, ends }: Ending): string =>
  `a program that ${how}${signal === undefined ? '' : `, ${signal}`}: ends with ${ends}`

describe('the end of programs', function () {
  this.timeout(60_000)
  let temp: PrivateTemp
  beforeEach(() => {
    temp = new PrivateTemp()
  })
  afterEach(() => temp.dispose())

  describe('in local[2]', () => {
    for (const ending of ENDINGS) {
      it(titleOf(ending), async () => {
        const environment = { TMPDIR: temp.path, SIMSPARK_MASTER: 'local[2]' }
        assertEnded(ending, await run(ending, environment))
        // What a killed program leaves, the next one of its user takes away.
        if (ending.mayLeaveFiles) await run({ how: 'falls off its end', ends: 0 }, environment)
        await temp.assertEmpty(0)
      })
    }
  })

  describe('in local-cluster[2,1,512]', () => {
    for (const ending of ENDINGS) {
      it(titleOf(ending), async () => {
        const master = 'local-cluster[2,1,512]'
        const environment = { TMPDIR: temp.path, SIMSPARK_MASTER: master }
        assertEnded(ending, await run(ending, environment))
        // Its daemons and hosts see that it is gone and end by themselves.
        await temp.assertEmpty(10_000 * SLACK)
      })
    }
  })

  describe('on a cluster', () => {
    let cluster: TestCluster
    let clusterTemp: PrivateTemp
    before(async () => {
      clusterTemp = new PrivateTemp()
      cluster = await TestCluster.start({ workers: 2, cores: 1 })
    })
    after(async () => {
      await cluster.stop()
      try {
        await clusterTemp.assertEmpty(1_000)
      } finally {
        clusterTemp.dispose()
      }
    })

    for (const ending of ENDINGS) {
      it(`${titleOf(ending)}, its executors are free within two seconds`, async () => {
        const environment = {
          ...{ TMPDIR: temp.path, SIMSPARK_MASTER: cluster.url },
          TEST_SECRET_FILE: cluster.secretFile,
        }
        assertEnded(ending, await run(ending, environment))
        const isFree = ({ coresBusy, applications }: MasterStatus): boolean =>
          coresBusy === 0 && applications.length === 0
        await cluster.until(isFree, 2_000 * SLACK)
        await temp.assertEmpty(0)
        const daemons = [cluster.master.pid, ...cluster.workers.map(({ pid }) => pid)]
        await cluster.untilProcesses(pids => pids.every(pid => daemons.includes(pid)), 10_000)
      })
    }
  })
})
