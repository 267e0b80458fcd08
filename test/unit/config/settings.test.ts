import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import {
  environmentName,
  flagSettings,
  formatDuration,
  formatSize,
  loadSettings,
  SparkConf,
  settingNames,
  settingOf,
  settingsDocs,
  settingsFrom,
  settingsText,
} from '#config'
import { parseProperties } from '../../../config/parse-properties.ts'
import { parseValue } from '../../../config/parse-value.ts'
import { settingsTable } from '../../../config/settings-table.ts'
import { parseDuration, parseSize } from '../../../config/units.ts'

const CONFIG_READERS = ['check-folders.ts', 'daemon-settings.ts']

describe('settings', () => {
  it('have the defaults that the documents state, in bytes and milliseconds', () => {
    const settings = loadSettings({})
    expect(settings.get('simspark.executor.memory')).to.equal(2 ** 30)
    expect(settings.get('simspark.task.maxFailures')).to.equal(4)
    expect(settings.get('simspark.stage.maxConsecutiveAttempts')).to.equal(4)
    expect(settings.get('simspark.executor.instances.min')).to.equal(1)
    expect(settings.get('simspark.driver.maxResultSize')).to.equal(2 ** 30)
    expect(settings.get('simspark.closure.warnBytes')).to.equal(2 ** 20)
    expect(settings.get('simspark.app.name')).to.equal(undefined)
  })

  it('keep the one table of time-outs: 2 s, 4 s, 10 s, 15 s', () => {
    const settings = loadSettings({})
    const times = ['heartbeatInterval', 'suspectTimeout', 'timeout', 'leaseTimeout'] as const
    const values = times.map(name => settings.get(`simspark.network.${name}`))
    expect(values).to.deep.equal([2000, 4000, 10_000, 15_000])
  })

  it('have defaults that are legal, and one variable each', () => {
    const context = { typed: false, baseDir: () => '/' }
    for (const { key, default: standard } of settingsDocs()) {
      const setting = settingOf(key)
      if (setting === undefined || standard === undefined || standard === '') continue
      expect(parseValue(setting, standard, context), key).to.deep.equal({
        ok: true,
        value: setting.default,
      })
    }
    const variables = settingNames().map(environmentName)
    expect(new Set(variables).size).to.equal(variables.length)
    expect(environmentName('simspark.executor.instances.min')).to.equal(
      'SIMSPARK_EXECUTOR_INSTANCES_MIN',
    )
  })

  it('say in the docs what they are: one sentence each', () => {
    for (const { key, doc } of settingsDocs()) expect(doc, key).to.match(/^[A-Z`].*\.$/)
  })

  it('stand in SETTINGS.md as they are', () => {
    const path = join(fileURLToPath(import.meta.url), '../../../../../config/SETTINGS.md')
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(path, settingsTable())
    expect(readFileSync(path, 'utf8')).to.equal(settingsTable())
  })

  it('are read by somebody', () => {
    const root = join(fileURLToPath(import.meta.url), '../../../../..')
    const tops = ['publib', 'master', 'worker', 'driver', 'config']
    const files = tops.flatMap(top =>
      readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
        .filter(file => file.endsWith('.ts') && (top !== 'config' || CONFIG_READERS.includes(file)))
        .map(file => readFileSync(join(root, top, file), 'utf8')),
    )
    const code = files
      .join('\n')
      .replaceAll('`simspark.$', "'simspark.worker.port' 'simspark.worker.host'")
    expect(settingNames().filter(name => !code.includes(`'${name}'`))).to.deep.equal([])
  })

  it('are the same in the three examples', () => {
    const folder = join(fileURLToPath(import.meta.url), '../../../../../config/examples')
    const [conf, yaml, json] = ['conf', 'yaml', 'json'].map(ending =>
      loadSettings({ file: join(folder, `simspark.${ending}`) }).toJSON(),
    )
    expect(conf?.['simspark.executor.memory']).to.equal(2 ** 31)
    expect(yaml).to.deep.equal(conf)
    expect(json).to.deep.equal(conf)
  })

  it('survive the way to another process', () => {
    const code = [['simspark.executor.memory', '2g'] as const]
    const there = settingsFrom(JSON.parse(JSON.stringify(loadSettings({ code }))))
    expect(there.get('simspark.executor.memory')).to.equal(2 ** 31)
    expect(there.get('simspark.task.maxFailures')).to.equal(4)
  })

  it('survive being written as a file', () => {
    const code = [
      ['simspark.app.name', ' a\\b\tü=:# '] as const,
      ['simspark.network.timeout', '150s'] as const,
      ['simspark.network.leaseTimeout', '10m'] as const,
      ['simspark.executorEnv.TZ', 'UTC'] as const,
    ]
    const before = loadSettings({ code })
    const entries = parseProperties(settingsText(before, 'two\nlines'))
    const after = loadSettings({ code: entries.map(({ key, value }) => [key, value] as const) })
    expect(after.toJSON()).to.deep.equal(before.toJSON())
    expect(after.executorEnv()).to.deep.equal({ TZ: 'UTC' })
  })

  it("take Spark's keys for ours and say so", () => {
    const settings = loadSettings({ code: [['spark.executor.memory', '2g']] })
    expect(settings.get('simspark.executor.memory')).to.equal(2 ** 31)
    expect(settings.warnings).to.deep.equal([
      'code: spark.executor.memory is taken as simspark.executor.memory',
    ])
  })

  it('come from flags and --conf, a flag of its own winning', () => {
    const flags = flagSettings(
      { port: '2', conf: ['simspark.master.port=1', 'simspark.app.name=a=b'] },
      { port: 'simspark.master.port' },
    )
    const settings = loadSettings({ flags })
    expect(settings.get('simspark.master.port')).to.equal(2)
    expect(settings.get('simspark.app.name')).to.equal('a=b')
    for (const conf of ['x', '=x', '']) {
      expect(() => flagSettings({ conf: [conf] }, {})).to.throw(/expected key=value/)
    }
    expect(() => flagSettings({ conf: ['a=1', 'a=2'] }, {})).to.throw(/given twice/)
  })

  it('escape and cut what they show of bad values', () => {
    const bad = `\u001b[31m${'x'.repeat(10_000)}\u202e`
    expect(() => loadSettings({ code: [['simspark.log.level', bad]] })).to.throw(
      /^code: simspark\.log\.level is "\\\\?u001b.{0,250}…; expected one of off/,
    )
  })
})

describe('units', () => {
  it('read sizes and times, plain numbers in the unit of the setting', () => {
    expect(parseSize('512m', 'B')).to.equal(2 ** 29)
    expect(parseSize('2G', 'B')).to.equal(2 ** 31)
    expect(parseSize('3', 'MiB')).to.equal(3 * 2 ** 20)
    expect(parseDuration('500ms', 's')).to.equal(500)
    expect(parseDuration('2m', 's')).to.equal(120_000)
    expect(parseDuration('2', 's')).to.equal(2000)
    for (const bad of ['', '-1', '1.5g', '1 g', '1gb', '1e3', ' 1']) {
      expect(parseSize(bad, 'B'), bad).to.equal(undefined)
    }
  })

  it('write what they read', () => {
    for (const bytes of [0, 1, 1023, 1024, 1536, 2 ** 30, 2 ** 41]) {
      expect(parseSize(formatSize(bytes), 'B')).to.equal(bytes)
    }
    for (const ms of [0, 1, 999, 1000, 1500, 60_000, 86_400_000]) {
      expect(parseDuration(formatDuration(ms), 'ms')).to.equal(ms)
    }
  })
})

describe('properties', () => {
  const pairs = (text: string) => parseProperties(text).map(({ key, value }) => [key, value])

  it("are read in Spark's forms", () => {
    const text = 'a 1\nb=2\nc: 3\n  d   =  4  \n# x\n! y\n\ne\nf \\\n   5\ng\\ h=i\\u0041\\t'
    expect(pairs(text)).to.deep.equal([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
      ['d', '4'],
      ['e', ''],
      ['f', '5'],
      ['g h', 'iA\t'],
    ])
  })

  it('know where they stand', () => {
    expect(parseProperties('\n  a \\\n 1\nb 2')).to.deep.equal([
      { key: 'a', value: '1', line: 2, column: 3 },
      { key: 'b', value: '2', line: 4, column: 1 },
    ])
  })
})

describe('SparkConf', () => {
  it('sets, gets, removes, and tells what it holds', () => {
    const conf = new SparkConf(false)
      .setMaster('local[2]')
      .setAppName('a')
      .setIfMissing('simspark.app.name', 'b')
      .setAll({ 'simspark.executor.memory': '2g', 'simspark.task.maxFailures': 2 })
      .setExecutorEnv('TZ', 'UTC')
    expect(conf.get('simspark.app.name')).to.equal('a')
    expect(conf.get('simspark.task.maxFailures')).to.equal('2')
    expect(conf.get('simspark.cores.max')).to.equal(undefined)
    expect(conf.get('simspark.cores.max', '3')).to.equal('3')
    expect(conf.contains('simspark.master')).to.equal(true)
    expect(conf.remove('simspark.master').contains('simspark.master')).to.equal(false)
    expect(conf.toDebugString()).to.equal(
      'simspark.app.name=a\nsimspark.executor.memory=2g\nsimspark.executorEnv.TZ=UTC\nsimspark.task.maxFailures=2',
    )
    expect(conf.resolve().get('simspark.executor.memory')).to.equal(2 ** 31)
  })

  it('refuses at the line that is wrong', () => {
    const conf = new SparkConf(false)
    const set = (key: string, value: string) => () => conf.set(key as 'simspark.x', value)
    expect(set('simspark.executor.memroy', '2g')).to.throw(
      /did you mean simspark\.executor\.memory/,
    )
    expect(set('simspark.executor.memory', '2 GB')).to.throw(/expected digits and one letter/)
    expect(conf.getAll()).to.deep.equal([])
    conf.set('simspark.network.timeout', '20s')
    expect(() => conf.resolve()).to.throw(/leaseTimeout \(15s, default\) must be more than/)
  })

  it('copies that change by themselves', () => {
    const first = new SparkConf(false).setAppName('a')
    first.clone().setAppName('b')
    expect(first.get('simspark.app.name')).to.equal('a')
  })

  it('redacts what looks like a secret', () => {
    const conf = new SparkConf(false).setExecutorEnv('DB_PASSWORD', 'hunter2')
    expect(conf.toDebugString()).not.to.match(/hunter2/)
  })
})
