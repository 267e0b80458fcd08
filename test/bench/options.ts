import { parseArgs } from 'node:util'

/** What a run of the bench is asked for. */
export type BenchOptions = { readonly isQuick: boolean } & (
  | { readonly mode: 'own'; readonly groups: readonly string[]; readonly runs: number }
  | ({ readonly mode: 'peers'; readonly peers: string } & Comparison)
  | ({ readonly mode: 'disguised' } & Comparison)
  | {
      readonly mode: 'profile'
      readonly workload: string
      readonly data: string
      readonly out: string
    }
  | { readonly mode: 'table'; readonly path: string }
)

interface Comparison {
  readonly workloads: readonly string[]
  readonly data: string
  /** Undefined: all that know the workload. */
  readonly engines: readonly string[] | undefined
  readonly runs: number
  readonly budgetS: number
  /** A run that takes longer has failed. */
  readonly limitS: number
  /** How long a run waits at most for others to leave the machine alone. */
  readonly waitS: number
  /** Where each row is kept as JSON, a line each. */
  readonly out: string | undefined
}

/** The names of all workloads, in the order of tables. */
export const WORKLOADS: readonly string[] = [
  ...['W1A', 'W1B', 'W2', 'W3', 'W4', 'W5', 'W6S', 'W6D', 'W7'],
  ...['W8', 'W9', 'W10', 'W11', 'W12', 'W13'],
]

/** Reads the command line. @throws an Error that says what is wrong with it */
export function benchOptions(args: readonly string[], groups: readonly string[]): BenchOptions {
  const { values } = parseArgs({ args: [...args], options: FLAGS })
  const isQuick = values.quick
  if (values.table !== undefined) return { mode: 'table', isQuick, path: values.table }
  const data = values.data
  if (values.profile !== undefined) {
    const workload = chosenWorkloads(values.profile)[0] ?? ''
    const out = values.out ?? `profile-${workload}.html`
    return { mode: 'profile', isQuick, workload, data: data ?? '', out }
  }
  const isComparison = values.peers !== undefined || values.disguised
  const comparison = {
    isQuick,
    workloads: isComparison ? chosenWorkloads(values.only) : [],
    engines: values.engines?.split(','),
    runs: whole('runs', values.runs ?? (isQuick ? '2' : '4')),
    budgetS: whole('budget', values.budget ?? (isQuick ? '10' : '30')),
    waitS: isQuick ? 0 : 15,
    limitS: whole('limit', values.limit ?? (isQuick ? '120' : '300')),
    out: values.out,
  }
  if (values.peers !== undefined) {
    const own = { data: data ?? `${values.peers}/data`, peers: values.peers }
    return { mode: 'peers', ...comparison, ...own }
  }
  if (values.disguised) return { mode: 'disguised', ...comparison, data: data ?? '' }
  const chosen = values.only?.split(',') ?? groups
  for (const name of chosen) {
    if (!groups.includes(name)) {
      throw new Error(
        `no figures called ${name}: ${groups.join(', ')}; workloads need --peers, --disguised or --profile`,
      )
    }
  }
  const runs = whole('runs', values.runs ?? (isQuick ? '2' : '5'))
  return { mode: 'own', isQuick, groups: chosen, runs }
}

const FLAGS = {
  only: { type: 'string' },
  runs: { type: 'string' },
  quick: { type: 'boolean', default: false },
  peers: { type: 'string' },
  data: { type: 'string' },
  engines: { type: 'string' },
  budget: { type: 'string' },
  limit: { type: 'string' },
  out: { type: 'string' },
  disguised: { type: 'boolean', default: false },
  profile: { type: 'string' },
  table: { type: 'string' },
} as const

/** `W1,W5`: W1 stands for W1A and W1B. */
export function chosenWorkloads(only: string | undefined): string[] {
  if (only === undefined) return [...WORKLOADS]
  const names = only.split(',')
  const isMeant = (name: string) => (workload: string) =>
    workload === name || (workload.startsWith(name) && /^[A-Z]$/.test(workload.slice(name.length)))
  for (const name of names) {
    if (!WORKLOADS.some(isMeant(name))) {
      throw new Error(`no workload called ${name}: ${WORKLOADS.join(', ')}`)
    }
  }
  return WORKLOADS.filter(workload => names.some(name => isMeant(name)(workload)))
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number above 0`)
  return value
}
