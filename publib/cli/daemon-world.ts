import { readFile } from 'node:fs/promises'
import { type Env, realEnv } from '#publib/env'
import { createLogger, type LogLevel, type OwnedLogger, Redactor } from '#publib/log'
import {
  type Exposure,
  isLoopbackAddress,
  readOrCreateSecretFile,
  readSecretFile,
  type Secrets,
} from '#publib/security'
import { webSocketNetwork } from '#publib/transport'
import type { DaemonOptions } from './daemon-contract.ts'

/** What a daemon's main makes of its options before it starts the daemon itself. */
export interface DaemonWorld {
  readonly env: Env
  readonly log: OwnedLogger
  readonly secrets: Secrets
  readonly exposure: Exposure
  /** PEM of the authority that is trusted when dialling; undefined: plain. */
  readonly ca: string | undefined
}

/** Settings of the log, as `settingsFrom` of #config gives them. */
export interface LogSettings {
  readonly level: string
  readonly fileBytesMax: number
  readonly filesMax: number
}

/**
 * Reads the files that the options name: the secret, made first where there is none and only this machine can reach
 * the port; key and certificates. Opens the log.
 */
export async function daemonWorld(
  options: DaemonOptions,
  logSettings: LogSettings,
): Promise<DaemonWorld> {
  const secrets = isLoopbackAddress(options.host)
    ? await readOrCreateSecretFile(options.secretFile)
    : await readSecretFile(options.secretFile)
  const redactor = new Redactor()
  for (const secret of secrets.accepted) redactor.hide(secret)
  const { level, ...sizes } = logSettings
  const log = await createLogger({
    ...{ component: options.role, level: logLevel(level), file: options.logFile, redactor },
    ...{ console: options.foreground, ...sizes },
  })
  const tls = await readTls(options.tls)
  const exposure: Exposure = {
    allowedHosts: options.allowedHosts,
    allowedOrigins: options.allowedOrigins,
    // Beyond loopback the file had to be there already: somebody made it.
    hasSecret: true,
    plaintextNetworkIsTrusted: options.plaintextTrusted,
    tls,
  }
  return { env: realEnv(webSocketNetwork()), log, secrets, exposure, ca: tls?.ca }
}

function logLevel(level: string): LogLevel {
  if (level === 'trace') return 'debug'
  return level === 'debug' || level === 'info' || level === 'warn' ? level : 'error'
}

async function readTls(
  files: DaemonOptions['tls'],
): Promise<{ key: string; cert: string; ca: string } | undefined> {
  if (files === undefined) return undefined
  const { keyFile, certFile, caFile } = files
  const [key, cert, ca] = await Promise.all(
    [keyFile, certFile, caFile].map(path => readFile(path, 'utf8')),
  )
  return { key: key ?? '', cert: cert ?? '', ca: ca ?? '' }
}
