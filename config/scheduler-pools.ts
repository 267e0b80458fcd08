import type { Entry } from './entry.ts'
import { type SettingProblem, settingsRefused, shownKey, shownValue } from './errors.ts'
import { readSettingsFile } from './read-file.ts'

/** One scheduler pool as an allocation file describes it. */
export interface SchedulerPool {
  readonly name: string
  readonly schedulingMode: 'FIFO' | 'FAIR'
  readonly weight: number
  readonly minShare: number
}

const COUNT_MAX = 1_000_000

/** What a pool may say of itself, and what it is taken as. */
const FIELDS: Readonly<Record<string, { readonly legal: string; take(value: unknown): unknown }>> =
  {
    schedulingMode: {
      legal: 'FIFO or FAIR',
      take: value => (value === 'FIFO' || value === 'FAIR' ? value : undefined),
    },
    weight: { legal: `a whole number from 1 to ${COUNT_MAX}`, take: value => count(value, 1) },
    minShare: { legal: `a whole number from 0 to ${COUNT_MAX}`, take: value => count(value, 0) },
  }

/**
 * Reads an allocation file: properties, JSON or YAML of `<pool>.schedulingMode`, `<pool>.weight` and `<pool>.minShare`.
 *
 * @throws INVALID_SETTING that names file, line, key, value and what is legal
 * @example production: { schedulingMode: FAIR, weight: 2, minShare: 3 }
 */
export function readSchedulerPools(path: string): readonly SchedulerPool[] {
  const pools = new Map<string, SchedulerPool>()
  const problems: SettingProblem[] = []
  for (const entry of readSettingsFile(path)?.entries ?? []) {
    const problem = take(entry, pools)
    const where = `${path}:${entry.line}:${entry.column}: ${shownKey(entry.key)}`
    if (problem !== undefined) problems.push({ kind: 'invalid', text: `${where} ${problem}` })
  }
  if (problems.length > 0) throw settingsRefused(problems)
  return [...pools.values()]
}

/** Says what is wrong with an entry. */
function take({ key, value }: Entry, pools: Map<string, SchedulerPool>): string | undefined {
  const dot = key.lastIndexOf('.')
  const name = dot < 0 ? key : key.slice(0, dot)
  // A pool of which nothing is said.
  const isBare = dot < 0 && typeof value === 'object' && !Array.isArray(value)
  const known = pools.get(name) ?? { name, schedulingMode: 'FIFO', weight: 1, minShare: 0 }
  if (isBare) {
    pools.set(name, known)
    return undefined
  }
  const field = dot < 0 ? undefined : key.slice(dot + 1)
  const row = field !== undefined && Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
  if (field === undefined || row === undefined || name === '') {
    return 'is unknown; expected <pool>.schedulingMode, <pool>.weight or <pool>.minShare'
  }
  const taken = row.take(value)
  if (taken === undefined) return `is ${shownValue(value)}; expected ${row.legal}`
  pools.set(name, { ...known, [field]: taken })
  return undefined
}

/** Properties files know texts alone. */
function count(value: unknown, min: number): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  const isCount = Number.isInteger(number) && (number as number) <= COUNT_MAX
  return isCount && (number as number) >= min ? (number as number) : undefined
}
