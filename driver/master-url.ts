import { SimSparkError } from '#publib/util'

/** Where jobs run, as the text of `master` says. */
export type MasterUrl =
  /** In the driver's own thread. */
  | { readonly kind: 'inline' }
  /** Executor threads in the driver's process; undefined: one for each core. */
  | {
      readonly kind: 'local'
      readonly executors: number | undefined
      /** Attempts of a task. */
      readonly failuresMax: number
    }
  /** Master, workers and hosts that live as long as the context. */
  | {
      readonly kind: 'localCluster'
      readonly workers: number
      readonly executorsPerWorker: number
      readonly executorMiB: number
    }
  | { readonly kind: 'standalone'; readonly masters: readonly MasterAddress[] }

export interface MasterAddress {
  readonly host: string
  readonly port: number
}

const LOCAL = /^local\[\s*(\*|[0-9]+)\s*(?:,\s*([0-9]+)\s*)?\]$/
const CLUSTER = /^local-cluster\[\s*([0-9]+)\s*,\s*([0-9]+)\s*,\s*([0-9]+)\s*\]$/
const SCHEME = 'simspark://'
const COUNT_MAX = 4096
const DEFAULT_PORT = 7077

/** @throws INVALID_ARGUMENT that names the text and what is legal */
export function parseMasterUrl(text: string): MasterUrl {
  if (text === 'local') return { kind: 'inline' }
  const local = LOCAL.exec(text)
  if (local !== null) {
    const executors =
      local[1] === '*' ? undefined : count(text, 'the number of executors', local[1])
    const failuresMax = local[2] === undefined ? 1 : count(text, 'the number of attempts', local[2])
    return { kind: 'local', executors, failuresMax }
  }
  const cluster = CLUSTER.exec(text)
  if (cluster !== null) {
    return {
      kind: 'localCluster',
      workers: count(text, 'the number of workers', cluster[1]),
      executorsPerWorker: count(text, 'the number of executors of a worker', cluster[2]),
      executorMiB: count(text, 'the memory of an executor in MiB', cluster[3], 1_048_576),
    }
  }
  if (text.includes('@')) throw refused('…@…', 'a master URL holds no user or password')
  if (!text.startsWith(SCHEME)) throw refused(text, 'it is none of the known forms')
  const masters = text
    .slice(SCHEME.length)
    .split(',')
    .map(part => parseAddress(text, part))
  return { kind: 'standalone', masters }
}

function parseAddress(text: string, part: string): MasterAddress {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$/.exec(part)
  if (match === null) throw refused(text, `'${part}' is no host:port`)
  const port = match[2] === undefined ? DEFAULT_PORT : Number(match[2])
  if (port < 1 || port > 65_535) throw refused(text, `there is no port ${match[2]}`)
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port }
}

function count(text: string, what: string, digits: string | undefined, max = COUNT_MAX): number {
  const value = Number(digits)
  if (value >= 1 && value <= max) return value
  throw refused(text, `${what} is ${digits}, and must be from 1 to ${max}`)
}

function refused(text: string, why: string): SimSparkError {
  return new SimSparkError('INVALID_ARGUMENT', `master ${JSON.stringify(text)}: ${why}.`, {
    hint: 'Use local, local[n], local[*], local[n,failures], local-cluster[workers,cores,MiB] or simspark://host:port.',
  })
}
