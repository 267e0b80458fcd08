import { SparkContext } from '../../../driver/index.ts'

/**
 * A program that ends in the way that `argv` names, on the master that the environment names. Says `ready` when it is time, and
 * what becomes of a job that is cut off.
 */
const [, , ending = 'falls off its end'] = process.argv

const conf: Record<string, string> = {}
const { TEST_SECRET_FILE } = process.env
if (TEST_SECRET_FILE !== undefined) conf['simspark.authenticate.secretFile'] = TEST_SECRET_FILE
const sc = await SparkContext.getOrCreate({ appName: `a program that ${ending}`, conf })
const sum = await sc
  .range(0, 100, 1, 4)
  .map(x => x * 2)
  .sum()
process.stdout.write(`sum ${sum}\n`)

/** A job that never ends; says what becomes of it. */
async function work(): Promise<void> {
  await endless().catch((error: { code?: string }) => {
    process.stdout.write(`job ${error.code}\n`)
  })
}

function endless(): Promise<number> {
  let isReady = false
  sc.addSparkListener({
    onTaskStart: () => {
      if (isReady) return
      isReady = true
      process.stdout.write('ready\n')
    },
  })
  const forever = sc.range(0, 2, 1, 2).map(x => {
    for (;;) if (x < 0) return x
  })
  return forever.count()
}

const endings: Record<string, () => unknown> = {
  'falls off its end': () => undefined,
  'has set an exit code': () => {
    process.exitCode = 5
  },
  'waits for a signal': () => work(),
  'awaits a job without a catch': () => endless(),
  'throws while a job runs': () => {
    void work()
    setTimeout(() => {
      throw new Error('on purpose')
    }, 500)
  },
  'rejects while a job runs': () => {
    void work()
    setTimeout(() => void Promise.reject(new Error('on purpose')), 500)
  },
  'exits while a job runs': () => {
    void work()
    setTimeout(() => process.exit(7), 500)
  },
  'stops while a job runs': () => {
    void work()
    setTimeout(() => void sc.stop(), 500)
  },
}
await endings[ending]?.()
