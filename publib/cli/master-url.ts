import { CliError, ExitCode } from './exit-codes.ts'
import { safeText } from './terminal.ts'

const DEFAULT_PORT = 7077
const SCHEME = 'simspark://'
const PLACE = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/

/** The masters of `simspark://host:port,host:port`. A URL with credentials is refused and not repeated. */
export function parseMasterUrl(url: string): { host: string; port: number }[] {
  if (url.includes('@'))
    throw usage('a master URL holds no user or password; the secret is in --secret-file')
  if (!url.startsWith(SCHEME)) throw usage(`${shown(url)} is no master URL`)
  const places = url.slice(SCHEME.length).replace(/\/$/, '').split(',')
  return places.map(place => {
    const match = PLACE.exec(place)
    const port = Number(match?.[3] ?? DEFAULT_PORT)
    if (match === null || port < 1 || port > 65_535) throw usage(`${shown(url)} is no master URL`)
    return { host: match[1] ?? match[2] ?? '', port }
  })
}

function shown(url: string): string {
  return JSON.stringify(safeText(url))
}

function usage(message: string): CliError {
  return new CliError(ExitCode.usage, `${message}; expected simspark://host:port`)
}
