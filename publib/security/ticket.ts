import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { ApplicationId } from '#publib/util'

/** Who a token makes of its bearer. */
export type Role = 'worker' | 'driver' | 'viewer'

/** What a process shows to play a role in a cluster. From one role's token no other follows. */
export function roleToken(secret: string, role: Role): string {
  return tokenFor(secret, 'role', role)
}

/** What opens the executors and blocks of one application, and nothing else. Dies with the application. */
export function applicationTicket(secret: string, applicationId: ApplicationId): string {
  return tokenFor(secret, 'application', applicationId)
}

/** Whether a token is the one expected; takes as long for every wrong one. */
export function tokenMatches(expected: string, given: string): boolean {
  return timingSafeEqual(digest(expected), digest(given))
}

function tokenFor(secret: string, kind: string, name: string): string {
  return createHmac('sha256', secret).update(`simspark/${kind}/${name}`).digest('base64url')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
