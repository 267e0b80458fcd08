import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultStateDir, type Resolved } from '#config'
import { SECRET_FILE } from '#publib/cli'
import { type Address, type Env, realEnv } from '#publib/env'
import type { HostSettings } from '#publib/protocol'
import { readSecretFile, roleToken } from '#publib/security'
import { packageVersion, webSocketNetwork } from '#publib/transport'
import { startLeaseThread } from './lease-thread.ts'
import { StandaloneBackend } from './standalone.ts'

/** Who asks a master for executors. */
export interface StandaloneRequest {
  readonly masters: readonly Address[]
  readonly appName: string
  readonly user: string
  readonly settings: Resolved
  /** In place of what the settings say. */
  readonly executorMemoryMiB?: number
  readonly secretFile?: string
  readonly uiUrl?: string | undefined
}

const MIB = 2 ** 20
/** Where nothing bounds it, an application asks for all there is and gets its fair share. */
const ALL = 1_000_000

/** The world of a driver: its sockets do not keep the program running. */
export function driverEnv(): Env {
  return realEnv(webSocketNetwork({ keepProcessAlive: false }))
}

/** A backend on a master, as the settings want it. Connects when it is started. */
export async function openStandalone(
  request: StandaloneRequest,
  env: Env = driverEnv(),
): Promise<StandaloneBackend> {
  const { settings, masters, appName: name, user, uiUrl } = request
  const configured = settings.get('simspark.authenticate.secretFile')
  const ownFile = join(defaultStateDir(process.env), SECRET_FILE)
  const { current } = await readSecretFile(request.secretFile ?? configured ?? ownFile)
  const executorsMax =
    settings.get('simspark.executor.instances') ?? settings.get('simspark.cores.max')
  const executorsMin = settings.get('simspark.executor.instances.min')
  return new StandaloneBackend(env, {
    ...{ masters, name, user, uiUrl, executorsMin, version: packageVersion() },
    ...{ token: roleToken(current, 'driver'), ca: await authority(settings) },
    executorsMax,
    executorsWanted: executorsMax ?? ALL,
    executorsPerWorkerMax: settings.get('simspark.executor.cores'),
    executorMemoryMiB:
      request.executorMemoryMiB ?? Math.ceil(settings.get('simspark.executor.memory') / MIB),
    hostSettings: hostSettings(settings),
    connectMs: settings.get('simspark.network.connectTimeout'),
    backoff: {
      firstMs: settings.get('simspark.network.reconnectMin'),
      maxMs: settings.get('simspark.network.reconnectMax'),
    },
    startLeases: (options, onEnd) => startLeaseThread(env.threads, options, onEnd),
  })
}

function hostSettings(settings: Resolved): HostSettings {
  return {
    memoryFraction: settings.get('simspark.memory.fraction'),
    storageFraction: settings.get('simspark.memory.storageFraction'),
    fetchBytesInFlightMax: settings.get('simspark.reducer.maxSizeInFlight'),
    fetchRetriesMax: settings.get('simspark.shuffle.io.maxRetries'),
    messageBytesMax: settings.get('simspark.rpc.message.maxSize'),
    leaseMs: settings.get('simspark.network.leaseTimeout'),
    environment: settings.executorEnv(),
  }
}

/** The authority that the cluster's certificates come from; its presence means TLS. */
async function authority(settings: Resolved): Promise<string | undefined> {
  const path = settings.get('simspark.ssl.caFile')
  return path === undefined ? undefined : readFile(path, 'utf8')
}
