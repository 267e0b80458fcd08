import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Files } from '#publib/env'

/** What a server needs to speak TLS, PEM. */
export interface ServerCertificate {
  readonly key: string
  readonly cert: string
}

/** Who signs the certificates of a cluster; `cert` is what clients trust. */
export interface Authority {
  readonly key: string
  readonly cert: string
}

const DAY_MS = 86_400_000
const AUTHORITY_DAYS = 3650
const SERVER_DAYS = 825
/** Clocks of machines differ. */
const BACKDATED_DAYS = 1

/** Makes a certificate authority. `nowMs` is wall time. */
export async function createAuthority(name: string, nowMs: number): Promise<Authority> {
  const { generate } = await import('selfsigned')
  const pems = await generate([{ name: 'commonName', value: name }], {
    ...validity(nowMs, AUTHORITY_DAYS),
    ...KEYS,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { key: pems.private, cert: pems.cert }
}

/** Makes a certificate for a server that is called by `names`: host names or address literals. */
export async function createServerCertificate(
  authority: Authority,
  names: readonly string[],
  nowMs: number,
): Promise<ServerCertificate> {
  const { generate } = await import('selfsigned')
  const pems = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    ...validity(nowMs, SERVER_DAYS),
    ...KEYS,
    ca: { key: authority.key, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map(alternativeName) },
    ],
  })
  return { key: pems.private, cert: pems.cert }
}

const AUTHORITY_KEY = 'authority-key.pem'
const AUTHORITY_CERT = 'authority.pem'
const SERVER_KEY = 'server-key.pem'
const SERVER_CERT = 'server.pem'

/** Makes authority and server certificate in a folder, 0600, where they are not there yet. */
export async function ensureCertificates(
  files: Files,
  folder: string,
  names: readonly string[],
  nowMs: number,
): Promise<ServerCertificate & { readonly ca: string }> {
  await files.makeFolder(folder)
  const read = async (name: string) => text(await files.readFile(join(folder, name)))
  const isThere = async (name: string) => (await files.stat(join(folder, name))) !== undefined
  const write = (name: string, pem: string) => files.writeFile(join(folder, name), Buffer.from(pem))
  let authority: Authority
  if (await isThere(AUTHORITY_CERT)) {
    authority = { key: await read(AUTHORITY_KEY), cert: await read(AUTHORITY_CERT) }
  } else {
    authority = await createAuthority('simSpark cluster', nowMs)
    await write(AUTHORITY_KEY, authority.key)
    await write(AUTHORITY_CERT, authority.cert)
  }
  if (!(await isThere(SERVER_CERT))) {
    const made = await createServerCertificate(authority, names, nowMs)
    await write(SERVER_KEY, made.key)
    await write(SERVER_CERT, made.cert)
  }
  return { key: await read(SERVER_KEY), cert: await read(SERVER_CERT), ca: authority.cert }
}

const KEYS = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

function validity(nowMs: number, days: number) {
  return {
    notBeforeDate: new Date(nowMs - BACKDATED_DAYS * DAY_MS),
    notAfterDate: new Date(nowMs + days * DAY_MS),
  }
}

function alternativeName(name: string) {
  return isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
