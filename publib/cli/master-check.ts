import { readSecretFile, roleToken } from '#publib/security'
import { packageVersion } from '#publib/transport'
import { textOf } from '#publib/util'
import { HEALTH_PATH, parseHealth, type WorkerDaemonOptions } from './daemon-contract.ts'
import { CliError, ExitCode, errnoOf } from './exit-codes.ts'
import { askDaemon, type DaemonReply } from './http.ts'

const ASK_TIMEOUT_MS = 4000

/** Asks the masters of a worker before it is started, so that a wrong address, secret or version is told at once. */
export async function checkMasters(options: WorkerDaemonOptions): Promise<void> {
  let last: unknown
  for (const master of options.masters) {
    try {
      await checkMaster(master, options)
      return
    } catch (error) {
      last = error
    }
  }
  throw last
}

async function checkMaster(
  master: { readonly host: string; readonly port: number },
  options: WorkerDaemonOptions,
): Promise<void> {
  const place = `${master.host}:${master.port}`
  const { current } = await readSecretFile(options.secretFile)
  let reply: DaemonReply
  try {
    reply = await askDaemon({
      ...{ method: 'GET', ...master, path: HEALTH_PATH, timeoutMs: ASK_TIMEOUT_MS },
      token: roleToken(current, 'viewer'),
      caFile: options.tls?.caFile,
    })
  } catch (error) {
    throw new CliError(ExitCode.unreachable, whyNoAnswer(place, error), error)
  }
  if (!reply.isSimSpark) throw notSimSpark(place)
  if (reply.status === 401 || reply.status === 403) {
    const text = `secret not accepted by ${place}; give its own with --secret-file`
    throw new CliError(ExitCode.refused, text)
  }
  const health = parseHealth(reply.body)
  if (health?.role !== 'master') throw notSimSpark(place)
  const own = packageVersion()
  if (health.version !== own) throw otherVersion(place, health.version, own)
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'no route to that host',
  ENETUNREACH: 'no route to that network',
  ENOTFOUND: 'that name is not known',
  EAI_AGAIN: 'the name service does not answer',
  ETIMEDOUT: 'it does not answer as a simSpark master does',
}

function whyNoAnswer(place: string, error: unknown): string {
  const code = errnoOf(error) ?? ''
  const why = UNREACHABLE[code]
  if (why !== undefined) return `cannot reach a master at ${place}: ${why} (${code})`
  if (/CERT|ISSUER|SELF_SIGNED|ALTNAME|CHAIN/.test(code)) {
    return `${place} answered with a certificate that is not trusted (${code})`
  }
  return `${place} answered, but is not a simSpark master: ${textOf(error)}`
}

function notSimSpark(place: string): CliError {
  return new CliError(ExitCode.unreachable, `${place} answered, but is not a simSpark master`)
}

function otherVersion(place: string, theirs: string, own: string): CliError {
  const [older] = [theirs, own].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const what = older === own ? 'this installation' : `the master at ${place}`
  const text = `the master at ${place} is version ${theirs}, this is ${own}; upgrade ${what}`
  return new CliError(ExitCode.unreachable, text)
}
