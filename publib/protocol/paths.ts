import { type ApplicationId, applicationId } from '#publib/util'

/** Where the sockets of each link enter a port. */
export const MASTER_PATHS = { worker: '/worker', driver: '/driver' } as const
/** At an executor host; all three behind the ticket of its application. `blocks` serves cached blocks to other hosts. */
export const HOST_PATHS = { driver: '/driver', lease: '/lease', blocks: '/blocks' } as const

const BLOCKS = '/blocks/'
const APPLICATION = /^app-[A-Za-z0-9-]{1,60}$/

/** At a worker's block service: the files of one application, behind its ticket. */
export function blockServicePath(id: ApplicationId): string {
  return `${BLOCKS}${id}`
}

/** The application that a path at a block service names; undefined for any other path. */
export function applicationOfPath(path: string): ApplicationId | undefined {
  const name = path.startsWith(BLOCKS) ? path.slice(BLOCKS.length) : ''
  return APPLICATION.test(name) ? applicationId(name) : undefined
}
