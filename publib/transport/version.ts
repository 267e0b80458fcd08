export { packageVersion } from '#publib/env'

/** How a version is named in the WebSocket handshake. */
export function subprotocolOf(version: string): string {
  return `simspark-${version}`
}
