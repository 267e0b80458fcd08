import type { SettingName } from './all-settings.ts'
import type { SettingProblem } from './errors.ts'
import type { Resolved } from './resolved.ts'
import { formatDuration, formatSize } from './units.ts'

/** `larger` must be at least (or with `strictly` more than) `factor` times `smaller`. */
interface Relation {
  readonly larger: SettingName
  readonly smaller: SettingName
  readonly factor: number
  readonly strictly?: boolean
  readonly format: (value: number) => string
}

const relations: readonly Relation[] = [
  {
    larger: 'simspark.network.suspectTimeout',
    smaller: 'simspark.network.heartbeatInterval',
    factor: 2,
    format: formatDuration,
  },
  {
    larger: 'simspark.network.timeout',
    smaller: 'simspark.network.heartbeatInterval',
    factor: 5,
    format: formatDuration,
  },
  {
    larger: 'simspark.network.timeout',
    smaller: 'simspark.network.suspectTimeout',
    factor: 1,
    strictly: true,
    format: formatDuration,
  },
  {
    larger: 'simspark.network.leaseTimeout',
    smaller: 'simspark.network.timeout',
    factor: 1,
    strictly: true,
    format: formatDuration,
  },
  {
    larger: 'simspark.network.pingTimeout',
    smaller: 'simspark.network.heartbeatInterval',
    factor: 2,
    format: formatDuration,
  },
  {
    larger: 'simspark.network.reconnectMax',
    smaller: 'simspark.network.reconnectMin',
    factor: 1,
    format: formatDuration,
  },
  {
    larger: 'simspark.closure.maxBytes',
    smaller: 'simspark.closure.warnBytes',
    factor: 1,
    format: formatSize,
  },
]

/** Settings that are right alone and wrong together. */
export function checkRelations(settings: Resolved): SettingProblem[] {
  const problems = relations.flatMap(relation => checkOne(settings, relation))
  const wanted = settings.get('simspark.executor.instances')
  const least = settings.get('simspark.executor.instances.min')
  if (wanted !== undefined && wanted < least) {
    const [first, second] = ['simspark.executor.instances', 'simspark.executor.instances.min']
    const text = `${told(settings, first, String(wanted))} must be at least ${told(settings, second, String(least))}`
    problems.push({ kind: 'invalid', text })
  }
  return problems
}

function checkOne(settings: Resolved, relation: Relation): SettingProblem[] {
  const larger = settings.get(relation.larger) as number
  const smaller = settings.get(relation.smaller) as number
  const bound = smaller * relation.factor
  const isRight = relation.strictly === true ? larger > bound : larger >= bound
  if (isRight) return []
  const times = relation.factor === 1 ? '' : `${relation.factor} × `
  const must = relation.strictly === true ? 'must be more than' : 'must be at least'
  const first = told(settings, relation.larger, relation.format(larger))
  const second = told(settings, relation.smaller, relation.format(smaller))
  return [{ kind: 'invalid', text: `${first} ${must} ${times}${second}` }]
}

function told(settings: Resolved, key: string, value: string): string {
  return `${key} (${value}, ${settings.source(key)})`
}
