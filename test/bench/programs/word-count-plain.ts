/** Word count as one would write it by hand for one thread: the yardstick. Prints `distinct|most frequent`. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

const path = process.argv[2] ?? ''
const counts = new Map<string, number>()
for await (const line of createInterface({
  input: createReadStream(path),
  crlfDelay: Number.POSITIVE_INFINITY,
})) {
  for (const word of line.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1)
}
let most: [string, number] = ['', 0]
for (const entry of counts) {
  if (entry[1] > most[1] || (entry[1] === most[1] && entry[0] < most[0])) most = entry
}
console.log(`${counts.size}|${most[0]}:${most[1]}`)
