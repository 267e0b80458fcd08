import { SparkContext } from '../../../driver/index.ts'
import { groupNumbered, tasksEnded } from '../numbered-rows.ts'

/** A program for tests of clusters: `argv` names master, secret file and what it does; says on stdout how far it is. */
const [, , master = '', secretFile = '', what = 'jobs'] = process.argv
/** Of the clusters that it is run on. */
const EXECUTORS = 4
const say = (text: string): boolean => process.stdout.write(`${text}\n`)

const sc = await SparkContext.getOrCreate({
  master,
  appName: `driver that ${what}`,
  conf: { 'simspark.authenticate.secretFile': secretFile },
})
const sum = async (): Promise<number> =>
  sc
    .range(0, 1000, 1, 4)
    .map(x => x * 2)
    .sum()
const first = await sum()
// Who blocks before it has heard of a host takes no lease on it, and loses it.
while (what === 'blocks' && sc.statusTracker.getExecutorInfos().length < EXECUTORS) {
  await new Promise(resolve => setTimeout(resolve, 50))
}
say(`first ${first}`)
if (what === 'blocks') {
  // A host that nobody has dialled yet is not the driver's: it would be given back meanwhile.
  while (sc.statusTracker.getExecutorInfos().length < 4) await sum()
  say('all')
  const until = performance.now() + 20_000
  while (performance.now() < until);
  say(`after ${await sum()}`)
  // The test looks at the cluster meanwhile.
  await new Promise(resolve => setTimeout(resolve, 2_000))
} else if (what === 'hangs') {
  await sc
    .range(0, 2, 1, 2)
    .map(x => {
      while (Date.now() > 0);
      return x
    })
    .count()
} else if (what === 'shuffles') {
  void tasksEnded(sc, 12).then(() => say('in the middle'))
  await groupNumbered(sc, { rowMs: 20 })
} else if (what === 'waits') {
  await new Promise(resolve => setTimeout(resolve, 60_000))
}
await sc.stop()
say('stopped')
