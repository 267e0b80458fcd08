import type { GateAnswer, GateRequest } from '#publib/env'
import { FailureMeter } from './failure-meter.ts'
import { hostNameOf } from './host-names.ts'
import { tokenMatches } from './ticket.ts'

/** A token that is good at a port, and what it makes of its bearer. */
export interface Credential {
  readonly role: string
  readonly token: string
}

export interface GateOptions {
  /** Names and addresses by which this port may be called, without a port number; see `hostNamesOf`. */
  readonly hosts: () => readonly string[]
  /** Pages that may call, as `https://host:port`; none unless given. */
  readonly origins?: () => readonly string[]
  /** The tokens that are good for a request. */
  readonly credentials: (request: GateRequest) => readonly Credential[]
  /** The roles that may enter a path; undefined: there is no such path. Everything for every role unless given. */
  readonly rolesAt?: ((path: string) => readonly string[] | undefined) | undefined
  /** Monotonic, to count wrong tokens of a peer. */
  readonly nowMs?: () => number
}

type Verdict = Extract<GateAnswer, { kind: 'refuse' }> | undefined

/**
 * The one gate: decides about every request and upgrade before anything of it is used. It only knows what is
 * allowed: exactly one listed Host, no Origin or a listed one, a token that is right, a role that may enter.
 *
 * @example
 * const authorize = gate({ hosts: () => ['127.0.0.1'], credentials: () => [{ role: 'worker', token }] })
 */
export function gate(options: GateOptions): (request: GateRequest) => GateAnswer {
  const failures = new FailureMeter(options.nowMs ?? (() => performance.now()))
  return request =>
    refuseForm(request) ??
    refuseHost(request, options.hosts()) ??
    refuseOrigin(request, options.origins?.() ?? []) ??
    admit(request, options, failures)
}

function refuseForm({ path, headers }: GateRequest): Verdict {
  if (!path.startsWith('/')) return refuse(400, 'bad_target', 'the request target must be a path')
  if (/[?&](?:access_?token|token|secret|ticket|authorization)=/i.test(path)) {
    return refuse(400, 'token_in_url', 'a token belongs into the Authorization header')
  }
  if (headers.get('host')?.length !== 1) {
    return refuse(400, 'host_not_single', 'exactly one Host header is expected')
  }
  return undefined
}

/** A page that made its name resolve to this machine (DNS rebinding) still sends its own name as Host. */
function refuseHost({ headers }: GateRequest, hosts: readonly string[]): Verdict {
  const name = hostNameOf(headers.get('host')?.[0] ?? '')
  if (name !== undefined && hosts.includes(name)) return undefined
  return refuse(403, 'host_not_allowed', 'this port does not go by that name')
}

function refuseOrigin({ headers }: GateRequest, origins: readonly string[]): Verdict {
  const given = headers.get('origin') ?? []
  if (given.length > 1 || given.some(origin => !origins.includes(origin))) {
    return refuse(403, 'origin_not_allowed', 'pages of that origin may not call this port')
  }
  const sites = headers.get('sec-fetch-site') ?? []
  if (sites.some(site => site === 'cross-site' || site === 'same-site')) {
    return refuse(403, 'cross_site', 'pages of other sites may not call this port')
  }
  return undefined
}

function admit(request: GateRequest, options: GateOptions, failures: FailureMeter): GateAnswer {
  const token = bearerOf(request)
  const role = token === undefined ? undefined : roleOf(token, options.credentials(request))
  if (role === undefined) {
    // Only those who are refused anyway are slowed down: a right token is never locked out by wrong ones.
    return failures.count(request.remoteAddress)
      ? refuse(429, 'too_many_failures', 'too many wrong tokens from this address')
      : refuse(401, 'not_authenticated', 'a token is needed')
  }
  const path = request.path.replace(/\?.*$/s, '')
  const roles = options.rolesAt === undefined ? [role] : options.rolesAt(path)
  if (roles === undefined) return refuse(404, 'not_found', 'there is nothing here')
  if (!roles.includes(role)) return refuse(403, 'wrong_role', `this is not for the role ${role}`)
  return { kind: 'allow', role }
}

function bearerOf({ headers }: GateRequest): string | undefined {
  const [value, ...more] = headers.get('authorization') ?? []
  if (value === undefined || more.length > 0) return undefined
  return /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i.exec(value)?.[1]
}

/** Compares with every credential, so that the time tells nothing about which came near. */
function roleOf(token: string, credentials: readonly Credential[]): string | undefined {
  let role: string | undefined
  for (const credential of credentials) {
    if (tokenMatches(credential.token, token)) role ??= credential.role
  }
  return role
}

function refuse(status: number, code: string, message: string) {
  return { kind: 'refuse', status, code, message } as const
}
