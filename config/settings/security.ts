import { flag, list, path } from '../setting.ts'

/** Who may talk to whom. */
export const securitySettings = {
  'simspark.authenticate': flag({
    default: true,
    doc: 'Always true: every connection needs the secret, on loopback too. A daemon that is told false does not start.',
  }),
  'simspark.authenticate.secretFile': path({
    doc: 'The file of the secret, mode 0600; without it `secret` in the state folder, made at the first start.',
  }),
  'simspark.network.plaintextTrusted': flag({
    default: false,
    doc: 'Lets daemons listen beyond the loopback address without TLS, because the network is trusted.',
  }),
  'simspark.network.allowedHosts': list({
    forbidden: ['', '0.0.0.0', '::', '*'],
    doc: 'Host names by which clients may call a daemon, beside the address it listens on.',
  }),
  'simspark.network.allowedOrigins': list({
    forbidden: ['', '*', 'null'],
    doc: 'Origins of web pages that may call a daemon, as `https://ui.example.org`.',
  }),
  'simspark.ssl.keyFile': path({ doc: 'The private key of TLS, PEM, mode 0600.' }),
  'simspark.ssl.certFile': path({ doc: 'The certificate of TLS, PEM.' }),
  'simspark.ssl.caFile': path({ doc: 'The certificate of the authority that is trusted, PEM.' }),
} as const
