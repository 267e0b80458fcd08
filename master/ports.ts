import type { HttpAnswer, HttpRequest } from '#publib/env'
import { MASTER_PATHS } from '#publib/protocol'
import type { MasterStatus } from './status.ts'

/** Where each role may enter the master's port. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  [MASTER_PATHS.worker]: ['worker'],
  [MASTER_PATHS.driver]: ['driver'],
  '/healthz': ['viewer', 'worker', 'driver'],
  '/json/': ['viewer', 'worker', 'driver'],
}

export const rolesAt = (path: string): readonly string[] | undefined =>
  Object.hasOwn(ROLES, path) ? ROLES[path] : undefined

/** What the master's port answers beside WebSockets. The health of a daemon is worded by whoever starts it. */
export function answerRequest(
  request: HttpRequest,
  page: { readonly status: () => MasterStatus; readonly health: (status: MasterStatus) => string },
): HttpAnswer {
  const path = request.path.replace(/\?.*$/s, '')
  if (request.method !== 'GET') return json(405, '{"error":{"code":"METHOD_NOT_ALLOWED"}}')
  if (path === '/healthz') return json(200, page.health(page.status()))
  if (path === '/json/') return json(200, JSON.stringify(page.status()))
  return json(426, '{"error":{"code":"UPGRADE_REQUIRED"}}')
}

function json(status: number, body: string): HttpAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body }
}
