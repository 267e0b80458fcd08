import { BlockList, isIP } from 'node:net'
import type { SimSparkError } from '#publib/util'
import { listenRefused } from './errors.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether only processes of this machine can reach an address, given as a literal. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

export interface BindRequest {
  /** The literal that is (to be) bound, never what a user spelt. */
  readonly address: string
  /** A secret that was made on purpose, not one that a first start makes by itself. */
  readonly hasSecret: boolean
  readonly hasTls: boolean
  readonly plaintextNetworkIsTrusted: boolean
}

/** Why a port must not be opened; undefined: it may. There is no setting for "no secret" beyond loopback. */
export function refusalToListen(request: BindRequest): SimSparkError | undefined {
  const { address, hasSecret, hasTls, plaintextNetworkIsTrusted } = request
  if (isLoopbackAddress(address)) return undefined
  if (!hasSecret) {
    const hint = 'Make a secret with: simspark secret create, and give it with --secret-file.'
    return listenRefused(address, 'without a secret', hint)
  }
  if (!hasTls && !plaintextNetworkIsTrusted) {
    const hint =
      'Make certificates with: simspark secret create; or, on a network where nobody listens in, say --plaintext-network-is-trusted.'
    return listenRefused(address, 'without TLS', hint)
  }
  return undefined
}
