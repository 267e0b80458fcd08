import { closeSync, openSync } from 'node:fs'
import { errorToData } from '#publib/util'
import { SparkContext } from '../../../driver/index.ts'

/** Opens more files in a task than its host may, then runs a job as always; prints both as a line of JSON. */
const sc = await SparkContext.getOrCreate({ master: 'local-cluster[1,1,512]' })
const error = await sc
  .parallelize([1], 1)
  .map(() => {
    const opened: number[] = []
    try {
      for (let i = 0; i < 10_000; i++) opened.push(openSync('/dev/null', 'r'))
      return opened.length
    } finally {
      for (const file of opened) closeSync(file)
    }
  })
  .collect()
  .then(() => undefined, errorToData)
const sum = await sc.parallelize([1, 2, 3, 4], 2).sum()
await sc.stop()
process.stdout.write(`${JSON.stringify({ error, sum })}\n`)
