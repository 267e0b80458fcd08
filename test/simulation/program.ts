import type { SimRandom } from './sim-random.ts'

/**
 * A program as data: a few sources and operators, each over results of earlier ones, then actions. Every row is a pair of a
 * small key and a digest of the numbered rows that went into it, so that one row lost or doubled anywhere changes the answer.
 */
export interface Program {
  readonly nodes: readonly Node[]
  readonly actions: readonly ProgramAction[]
  /** All actions at once, or one after the other. */
  readonly isConcurrent: boolean
}

/** `input` and `other` are places in the list of nodes. */
export type Node =
  | {
      readonly kind: 'parallelize' | 'range'
      readonly count: number
      readonly keys: number
      readonly slices: number
    }
  | {
      readonly kind: 'map' | 'flatMap' | 'filter' | 'mapPartitions'
      readonly input: number
      readonly a: number
      readonly b: number
    }
  | {
      readonly kind:
        | 'distinct'
        | 'reduceByKey'
        | 'groupByKey'
        | 'aggregateByKey'
        | 'repartition'
        | 'coalesce'
      readonly input: number
      readonly partitions: number
    }
  | {
      readonly kind: 'sortByKey'
      readonly input: number
      readonly isAscending: boolean
      readonly partitions: number
    }
  | { readonly kind: 'cache'; readonly input: number }
  | { readonly kind: 'union'; readonly input: number; readonly other: number }
  | {
      readonly kind: 'join' | 'cogroup'
      readonly input: number
      readonly other: number
      readonly partitions: number
    }

export interface ProgramAction {
  readonly kind:
    | 'collect'
    | 'count'
    | 'sum'
    | 'reduce'
    | 'countByKey'
    | 'take'
    | 'foreach'
    | 'countedCollect'
  readonly input: number
  readonly a: number
}

const SHUFFLES = new Set<Node['kind']>([
  ...['distinct', 'reduceByKey', 'groupByKey', 'aggregateByKey', 'repartition'],
  ...['sortByKey', 'join', 'cogroup'],
] as Node['kind'][])

/** Rows that a node can have at most, so that joins stay small. */
interface Estimate {
  readonly rows: number
  readonly keys: number
}

const ROWS_MAX = 400

/** A program of 3 to 10 operators, at least one shuffle among them. */
export function randomProgram(random: SimRandom): Program {
  const nodes: Node[] = []
  const estimates: Estimate[] = []
  const add = (node: Node, estimate: Estimate): number => {
    estimates.push(estimate)
    return nodes.push(node) - 1
  }
  const source = (): number => {
    const count = random.integer(0, 9) === 0 ? random.integer(0, 3) : random.integer(8, 60)
    const keys = random.integer(2, 15)
    const slices = random.integer(1, random.chance(0.1) ? 40 : 5)
    const kind = random.pick(['parallelize', 'range'] as const)
    return add({ kind, count, keys, slices }, { rows: count, keys })
  }
  const length = random.integer(3, 10)
  let at = source()
  for (let made = 1; made < length; made++) {
    const isLast = made === length - 1
    const needsShuffle = isLast && !nodes.some(({ kind }) => SHUFFLES.has(kind))
    const kind = pickKind(random, estimates[at]!, needsShuffle)
    const earlier = (): number => (random.chance(0.5) ? source() : random.integer(0, at))
    at = add(...operatorOf(kind, at, random, estimates, earlier))
  }
  const count = random.chance(0.35) ? 2 : 1
  const actions = Array.from({ length: count }, (_, index): ProgramAction => {
    const kind = random.pick(ACTIONS)
    const input = index === 0 || random.chance(0.6) ? at : random.integer(0, at)
    return { kind, input, a: random.integer(1, 9) }
  })
  return { nodes, actions, isConcurrent: count > 1 && random.chance(0.6) }
}

const ACTIONS = [
  ...(['collect', 'collect', 'countedCollect', 'countedCollect', 'countedCollect'] as const),
  ...(['count', 'sum', 'reduce', 'countByKey', 'take', 'foreach'] as const),
] as const

const NARROW = ['map', 'flatMap', 'filter', 'mapPartitions', 'union', 'coalesce', 'cache'] as const
const WIDE = [
  ...(['distinct', 'reduceByKey', 'groupByKey', 'aggregateByKey', 'join', 'cogroup'] as const),
  ...(['sortByKey', 'repartition', 'reduceByKey', 'groupByKey'] as const),
] as const

type Kind = (typeof NARROW | typeof WIDE)[number]

function pickKind(random: SimRandom, { rows }: Estimate, needsShuffle: boolean): Kind {
  if (rows > ROWS_MAX) return 'reduceByKey'
  return needsShuffle || random.chance(0.45) ? random.pick(WIDE) : random.pick(NARROW)
}

function operatorOf(
  kind: Kind,
  input: number,
  random: SimRandom,
  estimates: readonly Estimate[],
  earlier: () => number,
): [Node, Estimate] {
  const own = estimates[input]!
  const partitions = random.integer(1, 5)
  switch (kind) {
    case 'map':
    case 'filter':
    case 'mapPartitions':
      return [{ kind, input, a: random.integer(1, 9), b: random.integer(2, 12) }, own]
    case 'flatMap': {
      const node = { kind, input, a: random.integer(0, 3), b: random.integer(2, 12) }
      return [node, { rows: own.rows * 2, keys: own.keys }]
    }
    case 'cache':
      return [{ kind, input }, own]
    case 'union': {
      const other = earlier()
      const { rows, keys } = estimates[other]!
      return [
        { kind, input, other },
        { rows: own.rows + rows, keys: Math.max(own.keys, keys) },
      ]
    }
    case 'join': {
      const other = earlier()
      const { rows, keys } = estimates[other]!
      const joined = Math.ceil((own.rows * rows) / Math.max(1, Math.min(keys, own.keys))) * 2
      const isLarge = joined > ROWS_MAX
      const node = { kind: isLarge ? 'cogroup' : 'join', input, other, partitions } as const
      return [node, { rows: isLarge ? own.keys + keys : joined, keys: own.keys }]
    }
    case 'cogroup': {
      const other = earlier()
      const keys = own.keys + estimates[other]!.keys
      return [
        { kind, input, other, partitions },
        { rows: keys, keys },
      ]
    }
    case 'sortByKey':
      return [{ kind, input, isAscending: random.chance(0.5), partitions }, own]
    case 'coalesce':
    case 'repartition':
    case 'distinct':
      return [{ kind, input, partitions }, own]
    default:
      return [
        { kind, input, partitions },
        { rows: own.keys, keys: own.keys },
      ]
  }
}

/** One line for each node and action. */
export function describeProgram({ nodes, actions, isConcurrent }: Program): string {
  const text = (value: object): string =>
    Object.entries(value)
      .filter(([name]) => name !== 'kind')
      .map(([name, field]) => `${name}=${field}`)
      .join(' ')
  const lines = nodes.map((node, index) => `  ${index}: ${node.kind} ${text(node)}`)
  const ends = actions.map(action => `  ${action.kind} of ${action.input}`)
  return [...lines, ...ends, isConcurrent ? '  (all actions at once)' : ''].join('\n').trimEnd()
}
