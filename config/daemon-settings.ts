import type { Resolved } from './resolved.ts'

/** The settings that any daemon is started with, as plain values. */
export function daemonSettings(settings: Resolved, role: 'master' | 'worker') {
  const plain = Object.entries(settings.toJSON()).map(([key, value]) => {
    return [key, typeof value === 'object' ? [...value] : value] as const
  })
  return {
    host: settings.get(`simspark.${role}.host`),
    port: settings.get(`simspark.${role}.port`),
    authenticate: {
      value: settings.get('simspark.authenticate'),
      source: settings.source('simspark.authenticate'),
    },
    secretFile: settings.get('simspark.authenticate.secretFile'),
    plaintextTrusted: settings.get('simspark.network.plaintextTrusted'),
    keyFile: settings.get('simspark.ssl.keyFile'),
    certFile: settings.get('simspark.ssl.certFile'),
    caFile: settings.get('simspark.ssl.caFile'),
    allowedHosts: settings.get('simspark.network.allowedHosts'),
    allowedOrigins: settings.get('simspark.network.allowedOrigins'),
    logDir: settings.get('simspark.log.dir'),
    settings: Object.fromEntries(plain),
  }
}
