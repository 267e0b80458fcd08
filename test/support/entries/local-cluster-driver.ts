import { SparkContext } from '../../../driver/index.ts'

/** A program on a cluster of its own that ends in the way that `argv` names. */
const [, , how = 'stop'] = process.argv

const sc = await SparkContext.getOrCreate({ master: 'local-cluster[2,1,512]', appName: how })
const sum = await sc
  .range(0, 100, 1, 4)
  .map(x => x * 2)
  .sum()
process.stdout.write(`sum ${sum}\n`)
if (how === 'stop') await sc.stop()
else if (how === 'exit') process.exit(3)
else if (how === 'throw') throw new Error('on purpose')
else if (how === 'wait') setTimeout(() => undefined, 60_000)
