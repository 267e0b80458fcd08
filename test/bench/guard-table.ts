import { median } from './measure.ts'
import { ratioText } from './rows.ts'

/** What was measured of one thing, in the base and in the working tree in turn: seconds, or whatever both have in common. */
export interface Guarded {
  readonly name: string
  readonly base: readonly number[]
  readonly now: readonly number[]
}

/** Above this a thing counts as slower: smaller differences are noise on a shared machine. */
export const SLOWER = 1.1

/** Now ÷ base by their medians; below 1 is faster. */
export function ratioOf({ base, now }: Guarded): number {
  return median(now) / median(base)
}

/**
 * How far the repetitions of one side lie apart, as a ratio: the greatest ÷ the smallest. A difference below it says nothing.
 */
export function spreadOf({ base, now }: Guarded): number {
  const apart = (values: readonly number[]): number => Math.max(...values) / Math.min(...values)
  return Math.max(apart(base), apart(now))
}

/** A line a thing, and what to make of it. */
export function guardTable(guarded: readonly Guarded[]): string {
  const lines = guarded.map(each => {
    const ratio = ratioOf(each)
    const spread = spreadOf(each)
    const verdict = ratio > SLOWER ? (ratio > spread ? 'SLOWER' : 'slower, within noise') : ''
    const figures = [ratioText(ratio), ratioText(spread)].map(text => text.padStart(8))
    return `${each.name.padEnd(46)}${figures.join('')}  ${verdict}`.trimEnd()
  })
  return [`${''.padEnd(46)}${'now÷base'.padStart(8)}${'spread'.padStart(8)}`, ...lines].join('\n')
}
