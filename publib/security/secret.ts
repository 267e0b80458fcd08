import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { secretFileExists, secretFileMissing, secretFileRefused } from './errors.ts'

/** What a cluster shares. Every token is made from it; it is sent to nobody. */
export interface Secrets {
  /** What new tokens are made with. */
  readonly current: string
  /** The current one and, during a rotation, the one before it. */
  readonly accepted: readonly string[]
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants
const SECRET_BYTES = 32
const FILE_BYTES_MAX = 4096
const SECRETS_MAX = 2

/** Makes a secret of 256 bits in a file that only its owner can read. Fails where one is. */
export async function createSecretFile(path: string): Promise<Secrets> {
  const secret = newSecret()
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = temporaryNameFor(path)
  try {
    await writeNew(temporary, `${secret}\n`)
    // Of several that start at once one makes the file, and none sees it empty.
    await link(temporary, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw secretFileExists(path)
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
  return { current: secret, accepted: [secret] }
}

/** The secret of a file, made first where there is none: the way of a daemon on loopback. */
export async function readOrCreateSecretFile(path: string): Promise<Secrets> {
  try {
    return await createSecretFile(path)
  } catch (error) {
    if (codeOf(error) !== 'PATH_REFUSED') throw error
    return readSecretFile(path)
  }
}

/** Reads a secret file: of this user, for this user only, no link. Line 1 is the secret, line 2 the one before it. */
export async function readSecretFile(path: string): Promise<Secrets> {
  const file = await openOwn(path)
  try {
    await checkOwn(path, file)
    const lines = (await file.readFile('utf8')).replace(/\r?\n$/, '').split(/\r?\n/)
    const [current] = lines
    if (current === undefined || lines.length > SECRETS_MAX || !lines.every(isStrong)) {
      const why = `it must hold one secret of at least ${SECRET_BYTES} characters, or two, a line each`
      throw secretFileRefused(path, why, 'make one with simspark secret create')
    }
    return { current, accepted: lines }
  } finally {
    await file.close()
  }
}

/**
 * Puts a new secret in place of the current one. The old one stays accepted until the next rotation, so that daemons
 * and programs can be restarted one after the other; `forgetOld` ends that at once.
 */
export async function rotateSecretFile(
  path: string,
  { forgetOld = false }: { readonly forgetOld?: boolean } = {},
): Promise<Secrets> {
  const old = await readSecretFile(path)
  const current = newSecret()
  const accepted = forgetOld ? [current] : [current, old.current]
  const temporary = temporaryNameFor(path)
  try {
    await writeNew(temporary, `${accepted.join('\n')}\n`)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return { current, accepted }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

function isStrong(secret: string): boolean {
  return secret.length >= SECRET_BYTES && secret.trim() === secret
}

function temporaryNameFor(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function openOwn(path: string): Promise<FileHandle> {
  try {
    return await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw secretFileMissing(path)
    if (codeOf(error) === 'ELOOP')
      throw secretFileRefused(path, 'it is a link', 'name the file itself')
    throw error
  }
}

/** Asks the open file, not its name: nobody can change it in between. */
async function checkOwn(path: string, file: FileHandle): Promise<void> {
  const stats = await file.stat()
  const { uid, mode, size } = stats
  if (!stats.isFile()) throw secretFileRefused(path, 'it is no file', 'name a file')
  const user = process.getuid?.()
  if (user !== undefined && uid !== user) {
    throw secretFileRefused(path, `it belongs to user ${uid}`, `chown ${user} ${path}`)
  }
  if (user !== undefined && (mode & 0o077) !== 0) {
    throw secretFileRefused(path, 'readable by others', `chmod 600 ${path}`)
  }
  if (size > FILE_BYTES_MAX) {
    throw secretFileRefused(path, `it has ${size} bytes`, 'name a secret file')
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code
}
