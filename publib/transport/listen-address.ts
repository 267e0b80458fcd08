import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { badListenHost } from './errors.ts'

/**
 * The literal address that a host given to `listen` stands for. Spellings such as `0` or `2130706433` are resolved
 * here, so that whoever decides about an address decides about the one that will be bound.
 */
export async function resolveListenHost(host: string): Promise<string> {
  if (host.trim() === '') throw badListenHost(host, 'the host is empty')
  if (isIP(host) !== 0) return host
  try {
    const { address } = await lookup(host)
    return address
  } catch (error) {
    throw badListenHost(host, (error as Error).message)
  }
}

/** Whether two literals are one address, however they are spelt. */
export function isSameAddress(a: string, b: string): boolean {
  const list = new BlockList()
  list.addAddress(a, familyOf(a))
  return list.check(b, familyOf(b))
}

/** An IPv4 peer of a socket that serves both families, as what it is. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
