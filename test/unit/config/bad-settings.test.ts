import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkLocalDirs, loadSettings, type Resolved } from '#config'
import { SimSparkError } from '#publib/util'

/**
 * Bad settings by the row of the list of bad inputs. Where the list names keys of its own (`port`,
 * `heartbeatInterval`), ours of the same meaning stand here.
 */
let folder = ''

/** Writes a settings file and loads it. */
function load(name: string, content: string | Buffer, env?: Record<string, string>): Resolved {
  const path = join(folder, name)
  writeFileSync(path, content)
  return loadSettings({ file: path, ...(env === undefined ? {} : { env }) })
}

interface Refusal {
  readonly code: string
  readonly message: string
}

function refusal(run: () => unknown): Refusal {
  try {
    run()
  } catch (error) {
    expect(error).to.be.instanceOf(SimSparkError)
    const { code, message } = error as SimSparkError
    expect(message).not.to.match(/\n {4}at /)
    return { code, message }
  }
  throw new Error('it was accepted')
}

/** Refused as an error of use (exit code 2), with a message that says all of `says`. */
function refuses(run: () => unknown, ...says: RegExp[]): void {
  const { code, message } = refusal(run)
  expect(code).to.be.oneOf(['INVALID_SETTING', 'UNKNOWN_SETTING'])
  for (const one of says) expect(message).to.match(one)
}

/** Refused for safety (exit code 4). */
function refusesForSafety(run: () => unknown, ...says: RegExp[]): void {
  const { code, message } = refusal(run)
  expect(code).to.equal('PATH_REFUSED')
  for (const one of says) expect(message).to.match(one)
}

const json = (content: unknown) => () => load('a.json', JSON.stringify(content))
const raw = (content: string | Buffer) => () => load('a.json', content)
const yaml = (content: string) => () => load('a.yaml', content)
const conf = (content: string | Buffer) => () => load('a.conf', content)
const port = (value: string) => raw(`{"simspark.master.port": ${value}}`)
const beat = (value: unknown) => json({ 'simspark.network.heartbeatInterval': value })
const memory = (value: unknown) => json({ 'simspark.executor.memory': value })

const rows: Readonly<Record<string, () => void>> = {
  'CFG-01 file that is not there'() {
    refuses(() => loadSettings({ file: join(folder, 'none.conf') }), /none\.conf: there is no such/)
    const absentDefault = loadSettings({ env: {}, stateDir: join(folder, 'none') })
    expect(absentDefault.get('simspark.master.port')).to.equal(7077)
  },
  'CFG-02 folder, FIFO, endless device, 200 MB'() {
    refuses(() => loadSettings({ file: folder }), /is a folder/)
    execFileSync('mkfifo', [join(folder, 'fifo.conf')])
    refuses(() => loadSettings({ file: join(folder, 'fifo.conf') }), /no regular file/)
    refuses(() => loadSettings({ file: '/dev/zero' }), /no regular file/)
    const large = join(folder, 'large.conf')
    writeFileSync(large, '')
    truncateSync(large, 200 * 1024 * 1024)
    refuses(() => loadSettings({ file: large }), /209715200 bytes; .* at most 1 MB/)
  },
  'CFG-03 unreadable file'() {
    const path = join(folder, 'closed.conf')
    writeFileSync(path, '')
    chmodSync(path, 0)
    // The superuser may read everything.
    if (process.getuid?.() !== 0) refuses(() => loadSettings({ file: path }), /no permission/)
  },
  'CFG-05 byte order mark'() {
    const settings = load('a.json', '\uFEFF{"simspark.master.port": 1}')
    expect(settings.get('simspark.master.port')).to.equal(1)
  },
  'CFG-06 CRLF'() {
    const settings = load('a.conf', 'simspark.master.port 1\r\nsimspark.app.name a\r\n')
    expect(settings.get('simspark.app.name')).to.equal('a')
  },
  'CFG-07 byte that is not UTF-8'() {
    const bytes = Buffer.concat([Buffer.from('# é\na '), Buffer.from([0xff]), Buffer.from('\n')])
    refuses(conf(bytes), /a\.conf:2: invalid UTF-8 at byte 7/)
  },
  'CFG-08 UTF-16'() {
    refuses(conf(Buffer.from('\uFEFFsimspark.master.port 1', 'utf16le')), /looks like UTF-16/)
    refuses(conf(Buffer.from('simspark.master.port 1', 'utf16le')), /looks like UTF-16/)
  },
  'CFG-10 trailing comma and comments'() {
    refuses(raw('{"simspark.master.port": 1,}'), /a\.json:1:28: expected a text in double quotes/)
    refuses(raw('{\n  // port\n  "simspark.master.port": 1}'), /a\.json:2:3/)
    expect(yaml('# port\nsimspark.master.port: 1 # one\n')().get('simspark.master.port')).to.equal(
      1,
    )
    expect(conf('# port\n! more\nsimspark.master.port=1')().get('simspark.master.port')).to.equal(1)
  },
  'CFG-11 array, text or null at the top'() {
    for (const one of ['[]', '"a"', 'null', '1', '']) refuses(raw(one), /expected an object/)
    for (const one of ['- a', 'text']) refuses(yaml(one), /expected an object/)
  },
  'CFG-12 unknown key'() {
    const { code, message } = refusal(json({ heartbeatMs: 1 }))
    expect(code).to.equal('UNKNOWN_SETTING')
    expect(message).to.match(/a\.json:1:2: there is no setting heartbeatMs; .*heartbeatInterval\?/)
  },
  'CFG-13 key in the wrong case'() {
    refuses(json({ 'simspark.master.Port': 1 }), /did you mean simspark\.master\.port\?/)
  },
  'CFG-14 key twice'() {
    const twice = '{"simspark.master.port": 1,\n "simspark": {"master": {"port": 2}}}'
    refuses(
      raw(twice),
      /a\.json:2:\d+: simspark\.master\.port stands twice, in line 1 and in line 2/,
    )
    refuses(conf('simspark.app.name a\n\nsimspark.app.name b'), /in line 1 and in line 3/)
    refuses(yaml('simspark.app.name: a\nsimspark.app.name: b'), /in line 1 and in line 2/)
  },
  'CFG-15 __proto__'() {
    for (const form of [raw, yaml]) {
      refuses(form('{"__proto__": {"authenticate": false}}'), /no setting __proto__\.authenticate/)
    }
    expect(({} as { authenticate?: boolean }).authenticate).to.equal(undefined)
  },
  'CFG-18 nested without end'() {
    refuses(raw('{"a":'.repeat(150_000)), /too deeply nested/)
    refuses(raw(`{"a":${'['.repeat(900_000)}`), /too deeply nested/)
    refuses(raw('{"a":'.repeat(5_000_000)), /at most 1 MB/)
    refuses(yaml('['.repeat(900_000)), /too deeply nested/)
    refuses(yaml('- '.repeat(450_000)), /too deeply nested/)
  },
  'CFG-19 100,000 unknown keys'() {
    const lines = Array.from({ length: 100_000 }, (_, index) => `k${index} 1`).join('\n')
    const { message } = refusal(conf(lines))
    expect(message.split('\n')).to.have.length(6)
    expect(message).to.match(/\nand 99,995 more$/)
  },
  'CFG-21 port of another type'() {
    for (const one of ['null', 'true', '[]', '{}', '"7077"']) {
      refuses(
        port(one),
        /a\.json:1:2: simspark\.master\.port is .*; expected a whole number .*0 to 65535/,
      )
    }
  },
  'CFG-22 port that is no such number'() {
    for (const one of ['1e999', '-0', '1.5', '-1', '65536']) refuses(port(one), /0 to 65535/)
    refuses(port('NaN'), /a\.json:1:26: expected a value/)
    refuses(yaml('simspark.master.port: .nan'), /0 to 65535/)
  },
  'CFG-23 heartbeat of 0 or less'() {
    for (const one of [0, -1, '0s', '1ms']) refuses(beat(one), /at least 10ms/)
  },
  'CFG-24 time in an unknown unit'() {
    for (const one of ['2 sec', '2000', '2S', '2e3', ''])
      refuses(beat(one), /one of ms, s, m, h, d/)
  },
  'CFG-25 heartbeat longer than the time-out'() {
    const says =
      /simspark\.network\.timeout \(10s, default\) must be at least 5 × .*heartbeatInterval \(30s, .*a\.json:1:2\)/
    refuses(beat('30s'), says)
    refuses(json({ 'simspark.network.leaseTimeout': '5s' }), /leaseTimeout .* must be more than/)
  },
  'CFG-28 one grammar of sizes'() {
    for (const one of ['2 GB', '2GiB', '2e9', '2gb', '-1g', '0x10', 'g']) {
      refuses(memory(one), /digits and one letter of b, k, m, g, t, as 512m or 2g/)
    }
    expect(memory('2g')().get('simspark.executor.memory')).to.equal(2 ** 31)
    expect(memory(512)().get('simspark.executor.memory')).to.equal(2 ** 29)
  },
  'CFG-30 executors'() {
    for (const one of [0, -1, 1.5]) {
      refuses(json({ 'simspark.executor.instances': one }), /expected .*1 to 1000000/)
    }
    const few = { 'simspark.executor.instances': 2, 'simspark.executor.instances.min': 3 }
    refuses(json(few), /instances \(2, .*\) must be at least .*instances\.min \(3/)
  },
  'CFG-31 task.maxFailures 0'() {
    refuses(json({ 'simspark.task.maxFailures': 0 }), /expected 1 to 1000/)
  },
  'CFG-32 a text in the place of true and false'() {
    for (const form of [json, (one: unknown) => yaml(JSON.stringify(one))]) {
      for (const one of ['false', 'true']) {
        refuses(form({ 'simspark.authenticate': one }), /true or false, without quotes/)
      }
    }
    for (const one of ['FALSE', 'no', '0', '']) {
      refuses(conf(`simspark.authenticate=${one}`), /expected true or false/)
    }
  },
  'CFG-35 secret in a settings file'() {
    const path = join(folder, 'open.conf')
    writeFileSync(path, 'simspark.authenticate.secret=abc')
    chmodSync(path, 0o644)
    refusesForSafety(() => loadSettings({ file: path }), /open\.conf:1:1 .*mode 0644.*secretFile/)
  },
  // The list wants a warning; a secret among settings is refused wherever the file lies.
  'CFG-36 secret in a settings file of a work tree'() {
    const path = join(folder, 'own.conf')
    writeFileSync(path, 'spark.authenticate.secret=abc')
    chmodSync(path, 0o600)
    refuses(() => loadSettings({ file: path }), /a secret does not belong here/)
    expect(refusal(() => loadSettings({ file: path })).message).not.to.match(/abc/)
  },
  'CFG-37 relative path'() {
    const settings = json({ 'simspark.authenticate.secretFile': 'x/secret' })()
    expect(settings.get('simspark.authenticate.secretFile')).to.equal(join(folder, 'x/secret'))
  },
  'CFG-38 tilde'() {
    const settings = json({ 'simspark.authenticate.secretFile': '~/.x' })()
    expect(settings.get('simspark.authenticate.secretFile')).to.match(/^\/.*[^~]\/\.x$/)
    refuses(json({ 'simspark.authenticate.secretFile': '~root/.x' }), /~user is not known/)
  },
  'CFG-40 text in the place of a list'() {
    refuses(json({ 'simspark.network.allowedOrigins': 'http://ui' }), /expected a list of texts/)
    refuses(json({ 'simspark.network.allowedOrigins': [1] }), /expected a list of texts/)
  },
  'CFG-41 a host that is every host'() {
    for (const one of ['0.0.0.0', '', '::', '*']) {
      refuses(json({ 'simspark.network.allowedHosts': ['a', one] }), /expected a list without/)
    }
  },
  'CFG-45 size of logs'() {
    for (const one of [0, -1, '0']) {
      refuses(json({ 'simspark.log.maxSize': one }), /64k to 1g/)
    }
  },
  'CFG-46 folders for spills'() {
    const dirs = (value: unknown) => json({ 'simspark.local.dir': value })
    refuses(dirs([]), /at least one path/)
    refuses(dirs(['/tmp', '/tmp/']), /"\/tmp" stands twice/)
    refuses(() => checkLocalDirs(dirs([join(folder, 'none')])()), /which is not there/)
    const file = join(folder, 'file')
    writeFileSync(file, '')
    refuses(() => checkLocalDirs(dirs([file])()), /which is a file and no folder/)
  },
  'CFG-48 folder for spills that everybody may write to'() {
    const open = join(folder, 'open')
    mkdirSync(open)
    chmodSync(open, 0o777)
    const settings = json({ 'simspark.local.dir': [open] })()
    refusesForSafety(() => checkLocalDirs(settings), /everybody may write to/)
    chmodSync(open, 0o1777)
    checkLocalDirs(settings)
  },
  // There are no includes: the key is unknown like any other.
  'CFG-49 include'() {
    refuses(conf('include a.conf'), /there is no setting include/)
  },
  'CFG-53 flag over environment over file'() {
    const path = join(folder, 'a.conf')
    writeFileSync(path, 'simspark.master.port 1\nsimspark.master.host ::1')
    const env = { SIMSPARK_MASTER_PORT: '2', SIMSPARK_TASK_MAX_FAILURES: '7' }
    const flags = [{ key: 'simspark.master.port', value: '3', flag: '--port' }]
    const settings = loadSettings({ file: path, env, flags })
    const told = (key: string) => settings.rows().find(row => row.key === key)
    expect(told('simspark.master.port')).to.include({ value: '3', source: '--port' })
    expect(told('simspark.master.host')).to.include({ value: '::1', source: `${path}:2:1` })
    expect(told('simspark.task.maxFailures')?.source).to.equal('SIMSPARK_TASK_MAX_FAILURES')
    expect(told('simspark.worker.port')).to.include({ value: '0', source: 'default' })
  },
  'CFG-54 unknown variable'() {
    const { warnings } = loadSettings({ env: { SIMSPARK_UNKNOWN: '1', SIMSPARK_MASTERPORT: '1' } })
    expect(warnings[0]).to.equal('there is no variable SIMSPARK_UNKNOWN')
    expect(warnings[1]).to.match(/did you mean SIMSPARK_MASTER_PORT\?/)
  },
}

/** Rows that are asserted elsewhere, and where. */
const elsewhere: Readonly<Record<string, string>> = {
  'CFG-29':
    'worker memory against the machine: integration/cli (CLI-57), where a machine is at hand',
  'CFG-34': 'authenticate false: integration/cli, with the refusals to listen',
  'CFG-43': 'a full disk behind the log: unit/publib/log',
  'CFG-44': 'log folder: integration/cli; a folder outside the state folder is named on purpose',
  'CFG-55': 'restart with a bad setting: integration/cli',
  'CFG-57': 'damaged journal: unit/master',
  'CFG-65': 'old epoch: unit/worker',
}

describe('bad settings', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simspark-config-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  for (const [row, check] of Object.entries(rows)) it(row, check)

  it('covers every row of the list, here or elsewhere', () => {
    const ids = [
      1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 18, 19, 21, 22, 23, 24, 25, 28, 29, 30, 31,
    ]
    const more = [32, 34, 35, 36, 37, 38, 40, 41, 43, 44, 45, 46, 48, 49, 53, 54, 55, 57, 65]
    const all = [...ids, ...more].map(id => `CFG-${String(id).padStart(2, '0')}`)
    const here = Object.keys(rows).map(row => row.slice(0, 6))
    expect([...here, ...Object.keys(elsewhere)].sort()).to.deep.equal(all.sort())
  })
})
