import type { Credential } from './gate.ts'
import type { Secrets } from './secret.ts'
import { roleToken } from './ticket.ts'

/** What opens the port of a daemon, by role. During a rotation the tokens of the old secret are good too. */
export function credentialsOf(secrets: Secrets): readonly Credential[] {
  const roles = ['worker', 'driver', 'viewer'] as const
  return secrets.accepted.flatMap(secret =>
    roles.map(role => ({ role, token: roleToken(secret, role) })),
  )
}
