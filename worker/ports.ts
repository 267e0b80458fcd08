import { type Credential, roleToken, type Secrets } from '#publib/security'

/** Where each role may enter the worker's control port. Only who holds the secret may drain it. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  '/healthz': ['viewer', 'worker'],
  '/json/': ['viewer', 'worker'],
  '/drain': ['worker'],
}

export const rolesAt = (path: string): readonly string[] | undefined =>
  Object.hasOwn(ROLES, path) ? ROLES[path] : undefined

/** During a rotation the tokens of the old secret are good too. */
export function credentialsOf(secrets: Secrets): readonly Credential[] {
  const roles = ['worker', 'driver', 'viewer'] as const
  return secrets.accepted.flatMap(secret =>
    roles.map(role => ({ role, token: roleToken(secret, role) })),
  )
}
