import { createPrivateKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { hostname, networkInterfaces, userInfo } from 'node:os'
import { join } from 'node:path'
import {
  isLoopbackAddress,
  readOrCreateSecretFile,
  readSecretFile,
  refusalToListen,
} from '#publib/security'
import { isSameAddress, resolveListenHost } from '#publib/transport'
import { textOf } from '#publib/util'
import type { DaemonOptions } from './daemon-contract.ts'
import type { DaemonPlace } from './daemon-status.ts'
import { CliError, ExitCode } from './exit-codes.ts'
import { checkPrivateFolder } from './private-files.ts'
import { safeText } from './terminal.ts'

/** What settings and options say that concerns any daemon. */
export interface DaemonWishes extends DaemonPlace {
  readonly foreground: boolean
  readonly host: string
  readonly port: number
  /** Where `authenticate` comes from, for the message that refuses false. */
  readonly authenticate: { readonly value: boolean; readonly source: string }
  readonly secretFile: string | undefined
  readonly plaintextTrusted: boolean
  readonly keyFile: string | undefined
  readonly certFile: string | undefined
  readonly caFile: string | undefined
  readonly allowedHosts: readonly string[]
  readonly allowedOrigins: readonly string[]
  readonly logDir: string | undefined
  readonly settings: DaemonOptions['settings']
}

type CommonOptions = Omit<Extract<DaemonOptions, { role: 'master' }>, 'role'>

/** Names in the state folder. */
export const SECRET_FILE = 'secret'
export const TLS_FOLDER = 'tls'

/** Decides where a daemon listens and with what, and refuses what is not safe. Makes folders and a first secret. */
export async function daemonOptions(
  wishes: DaemonWishes,
  resolveHost = resolveListenHost,
): Promise<CommonOptions> {
  const { stateDir, instance, foreground, port, settings } = wishes
  if (!wishes.authenticate.value) throw neverWithoutSecret(wishes.authenticate.source)
  const host = await listenAddress(wishes.host, resolveHost)
  checkPrivateFolder(stateDir, { create: true })
  const logDir = wishes.logDir ?? join(stateDir, 'logs')
  checkPrivateFolder(logDir, { create: true })
  const secretFile = wishes.secretFile ?? join(stateDir, SECRET_FILE)
  const tls = tlsOf(wishes, host)
  await checkListening(wishes, host, secretFile, tls !== undefined)
  return {
    ...{ instance, startId: '', stateDir, foreground, host, port, secretFile, settings },
    logFile: `${logBase(wishes, logDir)}.log`,
    plaintextTrusted: wishes.plaintextTrusted,
    ...(tls === undefined ? {} : { tls }),
    allowedHosts: [...wishes.allowedHosts],
    allowedOrigins: [...wishes.allowedOrigins],
  }
}

/** Where a daemon's stdout and stderr go: beside its log. */
export function outputPathOf(logFile: string): string {
  return logFile.replace(/\.log$/, '.out')
}

/** As `simspark-ada-worker-1-hostname`, after Spark's. */
export function logBase(place: Pick<DaemonPlace, 'role' | 'instance'>, logDir: string): string {
  return join(logDir, `simspark-${userName()}-${place.role}-${place.instance}-${hostname()}`)
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'user')
  }
}

/** The literal that is bound: every decision is about it, never about its spelling. */
async function listenAddress(
  host: string,
  resolveHost: (host: string) => Promise<string>,
): Promise<string> {
  let address: string
  try {
    address = await resolveHost(host)
  } catch (error) {
    throw new CliError(ExitCode.usage, textOf(error), error)
  }
  const own = Object.values(networkInterfaces()).flatMap(list =>
    (list ?? []).map(one => one.address),
  )
  const isOwn = [...WILDCARDS, ...own].some(one => isSameAddress(plain(one), plain(address)))
  if (isOwn || isLoopbackAddress(address)) return address
  const name = safeText(host) === address ? address : `${safeText(host)} (${address})`
  const text = `${name} is not an address of this machine; these are: ${own.join(', ')}`
  throw new CliError(ExitCode.environment, text)
}

const WILDCARDS = ['0.0.0.0', '::', '::ffff:0.0.0.0']

/** Without the zone of a link-local address. */
function plain(address: string): string {
  return address.replace(/%.*$/, '')
}

async function checkListening(
  wishes: DaemonWishes,
  address: string,
  secretFile: string,
  hasTls: boolean,
): Promise<void> {
  const refusal = refusalToListen({
    address,
    hasSecret: existsSync(secretFile),
    hasTls,
    plaintextNetworkIsTrusted: wishes.plaintextTrusted,
  })
  if (refusal !== undefined) {
    const meant = wishes.host === address ? '' : ` (${safeText(wishes.host)} is ${address})`
    const text = `${refusal.message}${meant}\n${refusal.hint ?? ''}`
    throw new CliError(ExitCode.refused, text, refusal)
  }
  if (isLoopbackAddress(address) && wishes.secretFile === undefined) {
    await readOrCreateSecretFile(secretFile)
  } else {
    await readSecretFile(secretFile)
  }
}

/** What the settings name; else, beyond loopback, what `simspark secret create` made. */
function tlsOf(wishes: DaemonWishes, address: string): CommonOptions['tls'] {
  const { keyFile, certFile, caFile } = wishes
  const named = [keyFile, certFile, caFile].filter(file => file !== undefined).length
  if (keyFile !== undefined && certFile !== undefined && caFile !== undefined) {
    return checked({ keyFile, certFile, caFile })
  }
  if (named > 0) {
    const text = 'simspark.ssl.keyFile, .certFile and .caFile are given together or not at all'
    throw new CliError(ExitCode.usage, text)
  }
  if (isLoopbackAddress(address) || wishes.plaintextTrusted) return undefined
  const made = tlsFiles(wishes.stateDir)
  return existsSync(made.certFile) ? checked(made) : undefined
}

/** Where `simspark secret create` puts certificates. */
export function tlsFiles(stateDir: string): NonNullable<CommonOptions['tls']> {
  const folder = join(stateDir, TLS_FOLDER)
  return {
    keyFile: join(folder, 'server-key.pem'),
    certFile: join(folder, 'server.pem'),
    caFile: join(folder, 'authority.pem'),
  }
}

function checked(files: NonNullable<CommonOptions['tls']>): NonNullable<CommonOptions['tls']> {
  try {
    createPrivateKey(readFileSync(files.keyFile))
    readFileSync(files.certFile)
    readFileSync(files.caFile)
    return files
  } catch (error) {
    throw new CliError(ExitCode.usage, `the TLS files cannot be used: ${textOf(error)}`, error)
  }
}

function neverWithoutSecret(source: string): CliError {
  const text = `simspark.authenticate is false (${source}): simSpark always authenticates, on loopback too; remove the setting`
  return new CliError(ExitCode.refused, text)
}
