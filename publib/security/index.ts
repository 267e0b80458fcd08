export { type BindRequest, isLoopbackAddress, refusalToListen } from './bind-policy.ts'
export { credentialsOf } from './credentials.ts'
export { type Credential, type GateOptions, gate } from './gate.ts'
export { hostNamesOf } from './host-names.ts'
export { type Exposure, openPort, type PortOptions } from './open-port.ts'
export {
  createSecretFile,
  readOrCreateSecretFile,
  readSecretFile,
  rotateSecretFile,
  type Secrets,
} from './secret.ts'
export { applicationTicket, type Role, roleToken, tokenMatches } from './ticket.ts'
export {
  type Authority,
  createAuthority,
  createServerCertificate,
  ensureCertificates,
  type ServerCertificate,
} from './tls.ts'
