/** The faster plain form: the whole file as one string. Prints `distinct|most frequent`. */
import { readFileSync } from 'node:fs'

const counts = new Map<string, number>()
const text = readFileSync(process.argv[2] ?? '', 'utf8')
const lines = text.split(/\r\n|\n|\r/)
if (lines.at(-1) === '') lines.pop()
for (const line of lines) {
  for (const word of line.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1)
}
let most: [string, number] = ['', 0]
for (const entry of counts) {
  if (entry[1] > most[1] || (entry[1] === most[1] && entry[0] < most[0])) most = entry
}
console.log(`${counts.size}|${most[0]}:${most[1]}`)
