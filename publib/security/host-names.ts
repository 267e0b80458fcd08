import { isIP } from 'node:net'
import { isLoopbackAddress } from './bind-policy.ts'

const WILDCARDS = new Set(['0.0.0.0', '::'])

/**
 * The names by which a port may be called: the address it is bound to, `localhost` where that is it, and those that
 * were configured. A wildcard is no name: there it is every address of the machine.
 */
export function hostNamesOf(
  boundAddress: string,
  options: {
    readonly configured?: readonly string[]
    readonly machineAddresses?: readonly string[]
  } = {},
): readonly string[] {
  const isWildcard = WILDCARDS.has(boundAddress)
  const bound = isWildcard ? (options.machineAddresses ?? []) : [boundAddress]
  const local = isWildcard || isLoopbackAddress(boundAddress) ? ['localhost'] : []
  const loopback = isWildcard ? ['127.0.0.1', '::1'] : []
  const configured = (options.configured ?? []).map(name => name.toLowerCase())
  return [...new Set([...bound, ...loopback, ...local, ...configured])]
}

/** The name in a Host header, without brackets and port; undefined where it is malformed. */
export function hostNameOf(header: string): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(header)
  if (match === null) return undefined
  const [, bracketed, plain] = match
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed.toLowerCase() : undefined
  return plain?.toLowerCase()
}
