/** The micro-benchmarks as one line of JSON: figures by name. */
import { microFigures } from '../micro.ts'

const figures = await microFigures(3)
const answer = Object.fromEntries(figures.map(({ name, value }) => [name, value]))
console.log(JSON.stringify({ answer }))
