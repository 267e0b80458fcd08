import type { Random } from './env.ts'

/** Chance from the operating system. */
export const realRandom: Random = {
  // Asked for by few threads, and slow to load.
  bytes: size => process.getBuiltinModule('node:crypto').randomBytes(size),
  number: () => Math.random(),
}
