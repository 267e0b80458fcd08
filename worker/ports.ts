import type { HttpAnswer, HttpRequest } from '#publib/env'
import type { WorkerState } from './state.ts'

/** Where each role may enter the worker's control port. Only who holds the secret may drain it. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  '/healthz': ['viewer', 'worker'],
  '/json/': ['viewer', 'worker'],
  '/drain': ['worker'],
}

export const rolesAt = (path: string): readonly string[] | undefined =>
  Object.hasOwn(ROLES, path) ? ROLES[path] : undefined

type Status = ReturnType<WorkerState['status']>

/** What the worker's control port answers. The health of a daemon is worded by whoever starts it. */
export function answerRequest(
  request: HttpRequest,
  page: {
    readonly status: () => Status
    readonly health: (status: Status) => string
    readonly drain: () => void
  },
): HttpAnswer {
  const path = request.path.replace(/\?.*$/s, '')
  switch (`${request.method} ${path}`) {
    case 'GET /healthz':
      return json(200, page.health(page.status()))
    case 'GET /json/':
      return json(200, JSON.stringify(page.status()))
    case 'POST /drain':
      page.drain()
      return json(202, '{"draining":true}')
    default:
      return json(405, '{"error":{"code":"METHOD_NOT_ALLOWED"}}')
  }
}

export const stillStarting: HttpAnswer = json(503, '{"error":{"code":"STARTING"}}')

function json(status: number, body: string): HttpAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  return { status, headers, body }
}
