import { randomBytes } from 'node:crypto'
import type { Random } from './env.ts'

/** Chance from the operating system. */
export const realRandom: Random = {
  bytes: size => randomBytes(size),
  number: () => Math.random(),
}
