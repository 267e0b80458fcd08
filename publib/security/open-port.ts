import { networkInterfaces } from 'node:os'
import type { GateRequest, Listener, ListenOptions, Network } from '#publib/env'
import { refusalToListen } from './bind-policy.ts'
import { type Credential, gate } from './gate.ts'
import { hostNamesOf } from './host-names.ts'

/** How a process of a cluster shows itself to others; the same for all its ports. */
export interface Exposure {
  /** Names by which clients may call beside the bound address. */
  readonly allowedHosts: readonly string[]
  readonly allowedOrigins: readonly string[]
  /** A secret that was made on purpose; on loopback one that a first start made will do. */
  readonly hasSecret: boolean
  readonly plaintextNetworkIsTrusted: boolean
  readonly tls?: ListenOptions['tls']
}

export interface PortOptions extends Pick<ListenOptions, 'host' | 'port' | 'messageBytesMax'> {
  readonly exposure: Exposure
  readonly credentials: (request: GateRequest) => readonly Credential[]
  readonly rolesAt?: (path: string) => readonly string[] | undefined
  readonly onSocket: ListenOptions['onSocket']
  readonly onRequest?: ListenOptions['onRequest']
  /** Monotonic. */
  readonly nowMs: () => number
}

/**
 * Opens a port behind the gate. What was bound decides whether it may stay open, not how it was spelt.
 *
 * @throws NOT_AUTHORIZED where the address may not be listened on
 */
export async function openPort(network: Network, options: PortOptions): Promise<Listener> {
  const { exposure, host, port, messageBytesMax, onSocket, onRequest } = options
  let names = namesOf(host, exposure.allowedHosts)
  const authorize = gate({
    hosts: () => names,
    origins: () => exposure.allowedOrigins,
    credentials: options.credentials,
    rolesAt: options.rolesAt,
    nowMs: options.nowMs,
  })
  const listener = await network.listen({
    ...{ host, port, authorize, messageBytesMax, onSocket, tls: exposure.tls },
    ...(onRequest === undefined ? {} : { onRequest }),
  })
  names = namesOf(listener.address.host, exposure.allowedHosts)
  const refusal = refusalToListen({
    address: listener.address.host,
    hasSecret: exposure.hasSecret,
    hasTls: exposure.tls !== undefined,
    plaintextNetworkIsTrusted: exposure.plaintextNetworkIsTrusted,
  })
  if (refusal === undefined) return listener
  await listener.close()
  throw refusal
}

function namesOf(boundAddress: string, configured: readonly string[]): readonly string[] {
  const machineAddresses = Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .map(({ address }) => address)
  return hostNamesOf(boundAddress, { configured, machineAddresses })
}
