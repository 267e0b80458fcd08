export { type BackoffOptions, backoffMs } from './backoff.ts'
export type * from './connection.ts'
export { type ConnectionOptions, connectionOver } from './connection-over-socket.ts'
export { describePlace } from './errors.ts'
export {
  LastingConnection,
  type LastingConnectionHooks,
  type LastingConnectionOptions,
} from './lasting-connection.ts'
export { isSameAddress, resolveListenHost } from './listen-address.ts'
export { MemoryNetwork, type MemoryNetworkOptions, memoryNetwork } from './memory.ts'
export { connectionOverPort } from './message-port.ts'
export { packageVersion } from './version.ts'
export { type WebSocketOptions, webSocketNetwork } from './websocket.ts'
