import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { createLogger, type LoggerOptions, Redactor, silentLogger } from '#publib/log'
import { humanLine } from '../../../../publib/log/formats.ts'
import { makeRecord } from '../../../../publib/log/record.ts'
import { RotatingFile } from '../../../../publib/log/rotating-file.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

const run = promisify(execFile)
const INDEX = pathToFileURL(join(import.meta.dirname, '../../../../publib/log/index.js')).href

function recordOf(event: string, fields: Record<string, unknown> = {}, redactor = new Redactor()) {
  const about = { level: 'warn', component: 'master', wallTimeMs: 0 } as const
  return makeRecord(about, event, fields, redactor)
}

describe('a log record', () => {
  it('holds no line break and no control character, so that nobody forges a line', () => {
    const { event, fields } = recordOf('named \n2026 ERROR', { name: 'a\r\u001b[31m\u0000\u2028b' })
    expect(event).to.equal('named \\n2026 ERROR')
    expect(fields).to.deep.equal({ name: 'a\\u000d\\u001b[31m\\u0000\\u2028b' })
  })

  it('cuts values at 200 characters and fields at 32', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, index]))
    expect(Object.keys(recordOf('x', many).fields)).to.have.length(32)
    expect(recordOf('x', { long: 'y'.repeat(1000) }).fields).to.deep.equal({
      long: `${'y'.repeat(200)}…`,
    })
  })

  it('shows numbers, truth values, big numbers, objects and what cannot be shown', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    const fields = {
      a: 1,
      b: true,
      c: 10n,
      d: { e: [1n] },
      f: Number.NaN,
      g: null,
      h: circle,
      i: undefined,
    }
    expect(recordOf('x', fields).fields).to.deep.equal({
      a: 1,
      b: true,
      c: '10',
      d: '{"e":["1"]}',
      f: 'NaN',
      g: 'null',
      h: 'a value that cannot be shown as text',
    })
  })

  it('shows the message and code of an operating error, and the stack of a bug only', () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
    expect(recordOf('x', { error: full }).fields).to.deep.equal({
      errorCode: 'ENOSPC',
      error: 'no space',
    })
    const about = { level: 'error', component: 'm', wallTimeMs: 0 } as const
    const { fields } = makeRecord(about, 'x', { error: new TypeError('oops') }, new Redactor())
    const { error, stack } = fields
    expect(error).to.equal('oops')
    expect(stack).to.match(/^TypeError: oops\\n {4}at /)
  })

  it('hides secrets by the name of the field, deep inside, and wherever a known one stands', () => {
    const redactor = new Redactor(['s3cr3t-value'])
    const fields = {
      token: 'abc',
      awsAccessKey: 'abc',
      url: 'x?y=s3cr3t-value&z',
      header: 'Bearer abc.def',
      settings: { password: 'abc', port: 1 },
    }
    expect(recordOf('got s3cr3t-value', fields, redactor)).to.deep.include({
      event: 'got [hidden]',
      fields: {
        token: '[hidden]',
        awsAccessKey: '[hidden]',
        url: 'x?y=[hidden]&z',
        header: 'Bearer [hidden]',
        settings: '{"password":"[hidden]","port":1}',
      },
    })
  })

  it('reads as one line for people', () => {
    const line = humanLine(recordOf('worker is silent', { workerId: 'w-1', why: 'a b' }), false)
    expect(line).to.match(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}\[master\] worker is silent workerId=w-1 why="a b"$/,
    )
    expect(humanLine(recordOf('x'), true)).to.include('\u001b[33mWARN')
  })
})

describe('a logger', () => {
  const folder = useTempFolder()
  const options = (more: Partial<LoggerOptions> = {}): LoggerOptions => ({
    component: 'worker',
    level: 'info',
    file: join(folder(), 'logs', 'worker.log'),
    clock: { wallTime: () => 0 },
    ...more,
  })
  const lines = async () => {
    const text = await readFile(join(folder(), 'logs', 'worker.log'), 'utf8')
    return text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown)
  }

  it('writes JSON lines from its level on, with its own fields, to a file of the owner alone', async () => {
    const log = await createLogger(options({ fields: { workerId: 'w-1' } }))
    log.debug('not written')
    log.info('started', { port: 7 })
    log.child({ hostId: 'h-1' }).error('host lost')
    await log.close()
    const base = { timestamp: '1970-01-01T00:00:00.000Z', component: 'worker', workerId: 'w-1' }
    expect(await lines()).to.deep.equal([
      { ...base, level: 'info', event: 'started', port: 7 },
      { ...base, level: 'error', event: 'host lost', hostId: 'h-1' },
    ])
    expect((await stat(join(folder(), 'logs', 'worker.log'))).mode & 0o777).to.equal(0o600)
  })

  it('has written everything when it is closed, and closes twice', async () => {
    const log = await createLogger(options())
    for (let index = 0; index < 5000; index++) log.info('line', { index })
    await Promise.all([log.close(), log.close()])
    expect(await lines()).to.have.length(5000)
    expect(log.lostLines).to.equal(0)
  })

  it('does not load winston before one is made', async () => {
    const script = `
      const before = process.moduleLoadList.length
      const { createLogger, silentLogger } = await import(${JSON.stringify(INDEX)})
      silentLogger.child({}).info('x')
      const { createRequire } = await import('node:module')
      const cache = createRequire(${JSON.stringify(INDEX)}).cache
      console.log(Object.keys(cache).some(name => name.includes('winston')))
      await createLogger({ component: 'x', level: 'info' })
      console.log(Object.keys(cache).some(name => name.includes('winston')))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script])
    expect(stdout).to.equal('false\ntrue\n')
  })

  it('outlives a reader of stderr that goes away', async () => {
    const script = `
      const { createLogger } = await import(${JSON.stringify(INDEX)})
      const log = await createLogger({ component: 'x', level: 'info', console: true })
      for (let index = 0; index < 5000; index++) log.info('line', { index })
      await new Promise(resolve => setTimeout(resolve, 50))
      for (let index = 0; index < 5000; index++) log.info('line', { index })
      await log.close()
      console.log('alive')`
    const command = '"$0" --input-type=module -e "$1" 2>&1 >&3 | head -n 1'
    const { stdout } = await run('sh', ['-c', `exec 3>&1; ${command}`, process.execPath, script])
    expect(stdout)
      .to.match(/\[x\] line index=0/)
      .and.match(/alive\n/)
  })

  it('that is silent does nothing', () => {
    expect(silentLogger.child({ a: 1 })).to.equal(silentLogger)
  })
})

describe('a rotating file', () => {
  const folder = useTempFolder()
  const fileOf = (more: object = {}) =>
    new RotatingFile({
      path: join(folder(), 'x.log'),
      fileBytesMax: 100,
      filesMax: 3,
      queueBytesMax: 10_000,
      ...more,
    })

  it('keeps so many files of about so many bytes', async () => {
    const file = fileOf()
    for (let index = 0; index < 100; index++) {
      file.write(`line ${String(index).padStart(3, '0')}\n`)
      if (index % 10 === 9) await file.close()
    }
    await file.close()
    expect((await readdir(folder())).sort()).to.deep.equal(['x.log', 'x.log.1', 'x.log.2'])
    const last = await readFile(join(folder(), 'x.log'), 'utf8')
    expect(last).to.match(/line 099\n$/)
    expect(last.length).to.be.at.most(200)
  })

  it('drops and counts what the queue cannot hold, and says so', async () => {
    const file = fileOf({ queueBytesMax: 50, fileBytesMax: 10_000 })
    for (let index = 0; index < 20; index++) file.write('123456789\n')
    expect(file.lostLines).to.equal(15)
    await file.close()
    file.write('after\n')
    await file.close()
    const text = await readFile(join(folder(), 'x.log'), 'utf8')
    expect(text.match(/123456789/g)).to.have.length(5)
    expect(text)
      .to.match(/"log lines were lost","count":15/)
      .and.match(/after\n$/)
    expect(file.lostLines).to.equal(15)
  })

  it('loses lines and nothing else while its place cannot be written, and goes on afterwards', async () => {
    const place = join(folder(), 'logs')
    await writeFile(place, 'a file where the folder should be')
    const file = fileOf({ path: join(place, 'x.log') })
    file.write('lost\n')
    await file.close()
    await rm(place)
    await mkdir(place)
    file.write('kept\n')
    await file.close()
    const text = await readFile(join(place, 'x.log'), 'utf8')
    expect(text).to.match(/"count":1}\nkept\n$/)
  })

  it('outlives a disk that is full', async function () {
    if ((await stat('/dev/full').catch(() => undefined)) === undefined) return this.skip()
    const file = fileOf({ path: '/dev/full' })
    file.write('lost\n')
    await file.close()
    expect(file.lostLines).to.equal(1)
  })
})
