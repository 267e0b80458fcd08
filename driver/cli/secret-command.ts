import { existsSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import { flagSettings, loadSettings } from '#config'
import {
  type Command,
  checkPrivateFolder,
  optionsOf,
  print,
  repeatedOption,
  SECRET_FILE,
  subcommand,
  TLS_FOLDER,
  tell,
  tlsFiles,
  valueOption,
} from '#publib/cli'
import { realFiles } from '#publib/env'
import {
  createSecretFile,
  ensureCertificates,
  readSecretFile,
  rotateSecretFile,
} from '#publib/security'
import { stateDirOf, withStateDir } from './state-option.ts'

/** `simspark secret create|show-path|rotate`. The secret itself is shown to nobody. */
export function secretCommand(parent: Command): void {
  const secret = subcommand(parent, 'secret', 'make the secret and the certificates of a cluster')
  const create = secretOptions(subcommand(secret, 'create', 'make secret, authority, certificates'))
  repeatedOption(create, '--name <name>', 'a further name of this machine; may be repeated')
  create.action(() => createAll(create))
  const show = secretOptions(subcommand(secret, 'show-path', 'print where the secret lies'))
  show.action(() => showPath(show))
  const rotate = secretOptions(subcommand(secret, 'rotate', 'make a new secret'))
  rotate.option('--forget-old', 'refuse the old secret at once')
  rotate.action(() => rotateOne(rotate))
}

function secretOptions(command: Command): Command {
  withStateDir(command)
  return valueOption(command, '--secret-file <file>', 'file of the secret')
}

async function createAll(command: Command): Promise<void> {
  const stateDir = stateDirOf(command)
  checkPrivateFolder(stateDir, { create: true })
  const path = secretPath(command)
  if (existsSync(path)) {
    await readSecretFile(path)
    tell(`secret ${path} is there already; simspark secret rotate makes a new one`)
  } else {
    await createSecretFile(path)
    tell(`secret ${path} made; copy it to every machine of the cluster, mode 0600`)
  }
  const folder = join(stateDir, TLS_FOLDER)
  const { name } = optionsOf(command)
  const names = [...machineNames(), ...(Array.isArray(name) ? name.map(String) : [])]
  await ensureCertificates(realFiles, folder, [...new Set(names)], Date.now())
  const { caFile } = tlsFiles(stateDir)
  tell(`certificates for ${names.join(', ')} in ${folder}; clients trust ${caFile}`)
  tell('give the authority-key.pem of this folder to nobody; it signs for the whole cluster')
  print(path)
}

/** By these this machine may be called. */
function machineNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  const literals = addresses.map(one => one.address).filter(address => !address.includes('%'))
  return [...new Set([hostname(), 'localhost', '127.0.0.1', '::1', ...literals])]
}

async function showPath(command: Command): Promise<void> {
  const path = secretPath(command)
  await readSecretFile(path)
  print(path)
}

async function rotateOne(command: Command): Promise<void> {
  const path = secretPath(command)
  const { forgetOld } = optionsOf(command)
  await rotateSecretFile(path, { forgetOld: forgetOld === true })
  const old = forgetOld === true ? 'the old one is refused' : 'the old one is still taken'
  tell(`new secret in ${path}; ${old} by daemons that start from now on`)
  tell('copy it to every machine, then restart master and workers')
  print(path)
}

function secretPath(command: Command): string {
  const { secretFile } = optionsOf(command)
  const stateDir = stateDirOf(command)
  const given = typeof secretFile === 'string' ? { 'secret-file': resolve(secretFile) } : {}
  const flags = flagSettings(given, { 'secret-file': 'simspark.authenticate.secretFile' })
  const settings = loadSettings({ env: process.env, stateDir, flags })
  return settings.get('simspark.authenticate.secretFile') ?? join(stateDir, SECRET_FILE)
}
