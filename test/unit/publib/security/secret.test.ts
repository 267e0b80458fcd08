import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { realFiles } from '#publib/env'
import {
  applicationTicket,
  createSecretFile,
  ensureCertificates,
  isLoopbackAddress,
  readOrCreateSecretFile,
  readSecretFile,
  refusalToListen,
  roleToken,
  rotateSecretFile,
  tokenMatches,
} from '#publib/security'
import { applicationId } from '#publib/util'
import { useTempFolder } from '../../../support/temp-folder.ts'

const SECRET = 'a-secret-that-is-long-enough-to-count-as-one'

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`
  }
  return 'no refusal'
}

describe('a secret file', () => {
  const folder = useTempFolder()
  const path = () => join(folder(), 'state', 'secret')
  const put = async (text: string, mode = 0o600) => {
    const file = join(folder(), 'given')
    await writeFile(file, text, { mode })
    await chmod(file, mode)
    return file
  }

  it('is made with 256 bits, for its owner alone', async () => {
    const { current } = await createSecretFile(path())
    expect(Buffer.from(current, 'base64url')).to.have.length(32)
    expect((await stat(path())).mode & 0o777).to.equal(0o600)
    expect((await stat(join(folder(), 'state'))).mode & 0o777).to.equal(0o700)
    expect(await readSecretFile(path())).to.deep.equal({ current, accepted: [current] })
  })

  it('is not made over another', async () => {
    await createSecretFile(path())
    expect(await refusalOf(createSecretFile(path()))).to.match(/^PATH_REFUSED .*is there already/)
  })

  it('is the same for all that start at one moment', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => readOrCreateSecretFile(path())))
    expect(new Set(all.map(secrets => secrets.current)).size).to.equal(1)
  })

  it('loses its newline, of either kind, once', async () => {
    for (const text of [SECRET, `${SECRET}\n`, `${SECRET}\r\n`]) {
      expect((await readSecretFile(await put(text))).current).to.equal(SECRET)
    }
  })

  it('is refused where others can read it, with the way out', async () => {
    const file = await put(SECRET, 0o644)
    const refusal = await refusalOf(readSecretFile(file))
    expect(refusal)
      .to.match(/^PATH_REFUSED .*readable by others; chmod 600 /)
      .and.include(file)
    expect(refusal).not.to.include(SECRET)
  })

  it('is refused where it belongs to another user', async function () {
    if (process.getuid?.() !== 0) return this.skip()
    const file = await put(SECRET)
    await (await import('node:fs/promises')).chown(file, 4321, 4321)
    expect(await refusalOf(readSecretFile(file))).to.match(/belongs to user 4321; chown 0 /)
  })

  const bad: readonly [string, string][] = [
    ['a short one', 'short'],
    ['an empty one', ''],
    ['two newlines', `${SECRET}\n\n`],
    ['blanks around it', ` ${SECRET}`],
    ['three of them', `${SECRET}\n${SECRET}\n${SECRET}\n`],
    ['a large file', 'x'.repeat(5000)],
  ]
  for (const [name, text] of bad) {
    it(`is refused when it holds ${name}`, async () => {
      expect(await refusalOf(readSecretFile(await put(text)))).to.match(/^PATH_REFUSED /)
    })
  }

  it('is refused when it is a link or a folder, and missed when it is not there', async () => {
    const link = join(folder(), 'link')
    await symlink(await put(SECRET), link)
    expect(await refusalOf(readSecretFile(link))).to.match(/it is a link/)
    expect(await refusalOf(readSecretFile(folder()))).to.match(/it is no file/)
    expect(await refusalOf(readSecretFile(path()))).to.match(/^PATH_NOT_FOUND /)
  })

  it('accepts the old secret during a rotation, and only the one before', async () => {
    const first = await createSecretFile(path())
    const second = await rotateSecretFile(path())
    expect(second.accepted).to.deep.equal([second.current, first.current])
    const third = await rotateSecretFile(path())
    expect(third.accepted).to.deep.equal([third.current, second.current])
    expect(await readSecretFile(path())).to.deep.equal(third)
    const last = await rotateSecretFile(path(), { forgetOld: true })
    expect(await readSecretFile(path())).to.deep.equal({
      current: last.current,
      accepted: [last.current],
    })
    expect((await stat(path())).mode & 0o777).to.equal(0o600)
  })
})

describe('tokens', () => {
  const one = applicationId('app-1')
  const other = applicationId('app-2')

  it('differ by secret, role and application, and give nothing of the secret away', () => {
    const tokens = [
      roleToken(SECRET, 'worker'),
      roleToken(SECRET, 'driver'),
      roleToken(SECRET, 'viewer'),
      roleToken(`${SECRET}2`, 'worker'),
      applicationTicket(SECRET, one),
      applicationTicket(SECRET, other),
      applicationTicket(SECRET, applicationId('worker')),
    ]
    expect(new Set(tokens).size).to.equal(tokens.length)
    for (const token of tokens) expect(token).to.match(/^[A-Za-z0-9_-]{43}$/)
  })

  it('match only themselves', () => {
    const token = roleToken(SECRET, 'worker')
    expect(tokenMatches(token, roleToken(SECRET, 'worker'))).to.equal(true)
    for (const wrong of ['', token.slice(1), `${token}x`, token.toLowerCase()]) {
      expect(tokenMatches(token, wrong)).to.equal(false)
    }
  })
})

describe('where a daemon may listen', () => {
  const ask = (address: string, hasSecret: boolean, hasTls: boolean, trusted: boolean) =>
    refusalToListen({ address, hasSecret, hasTls, plaintextNetworkIsTrusted: trusted })?.message

  it('is loopback, whatever else', () => {
    for (const address of ['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1']) {
      expect(isLoopbackAddress(address), address).to.equal(true)
      expect(ask(address, false, false, false), address).to.equal(undefined)
    }
  })

  it('is nowhere else without a secret, TLS or not, trusted or not', () => {
    for (const address of ['0.0.0.0', '::', '::ffff:0.0.0.0', '10.0.0.5', 'fe80::1']) {
      expect(ask(address, false, true, true), address).to.match(/without a secret/)
    }
  })

  it('is elsewhere with a secret and TLS, or with the word that the network is trusted', () => {
    expect(ask('0.0.0.0', true, false, false)).to.match(/without TLS/)
    expect(ask('0.0.0.0', true, true, false)).to.equal(undefined)
    expect(ask('0.0.0.0', true, false, true)).to.equal(undefined)
  })

  it('is decided on addresses: a name is no loopback', () => {
    expect(isLoopbackAddress('localhost')).to.equal(false)
  })
})

describe('certificates', () => {
  const folder = useTempFolder()

  it('are made once, in files for the owner alone', async () => {
    const made = await ensureCertificates(realFiles, folder(), ['localhost', '::1'], Date.now())
    const again = await ensureCertificates(realFiles, folder(), ['localhost'], Date.now())
    expect(again).to.deep.equal(made)
    expect(await readFile(join(folder(), 'authority.pem'), 'utf8')).to.equal(made.ca)
    for (const name of ['authority.pem', 'authority-key.pem', 'server.pem', 'server-key.pem']) {
      expect((await stat(join(folder(), name))).mode & 0o777, name).to.equal(0o600)
    }
  })
})
