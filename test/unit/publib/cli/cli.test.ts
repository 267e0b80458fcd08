import { expect } from 'chai'
import {
  CliError,
  exitCodeOf,
  integerOption,
  newCommand,
  parseMasterUrl,
  progressBar,
  progressLine,
  repeatedOption,
  runCommand,
  safeText,
  subcommand,
  table,
  valueOption,
  wantsColour,
} from '#publib/cli'
import { SimSparkError } from '#publib/util'
import { daemonEnvironment } from '../../../../publib/cli/daemon-environment.ts'

type Stream = NodeJS.WriteStream

/** What is written to stderr while `run` runs. */
async function stderrOf(run: () => Promise<unknown>): Promise<string> {
  const { write } = process.stderr
  let text = ''
  process.stderr.write = (more: unknown) => {
    text += String(more)
    return true
  }
  try {
    await run()
  } finally {
    process.stderr.write = write
  }
  return text
}

describe('exit codes', () => {
  it('follow from what went wrong', () => {
    const errno = (code: string) => Object.assign(new Error(code), { code })
    expect(exitCodeOf(new CliError(4, 'x'))).to.equal(4)
    expect(exitCodeOf(new SimSparkError('INVALID_SETTING', 'x'))).to.equal(2)
    expect(exitCodeOf(new SimSparkError('MASTER_UNREACHABLE', 'x'))).to.equal(3)
    expect(exitCodeOf(new SimSparkError('NOT_AUTHENTICATED', 'x'))).to.equal(4)
    expect(exitCodeOf(new SimSparkError('PATH_REFUSED', 'x'))).to.equal(4)
    expect(exitCodeOf(new SimSparkError('DISK_FULL', 'x'))).to.equal(7)
    expect(exitCodeOf(errno('ENOSPC'))).to.equal(7)
    expect(exitCodeOf(errno('EADDRINUSE'))).to.equal(7)
    expect(exitCodeOf(new SimSparkError('INTERNAL', 'x', { cause: errno('EMFILE') }))).to.equal(7)
    expect(exitCodeOf(new Error('x'))).to.equal(1)
    expect(exitCodeOf('x')).to.equal(1)
  })
})

describe('a command line', () => {
  async function run(...args: string[]): Promise<{ code: number; text: string; seen: unknown }> {
    const program = await newCommand('prog', 'a program')
    const start = subcommand(program, 'start <what>', 'start it')
    valueOption(start, '-p, --port <port>', 'a port')
    repeatedOption(start, '--conf <pair>', 'a setting')
    start.option('--json', 'JSON')
    let seen: unknown
    start.action((what: string) => {
      seen = { what, ...start.opts() }
      if (what === 'refused') throw new CliError(4, 'no')
      if (what === 'bug') throw new TypeError('x is not a function')
    })
    let code = -1
    const text = await stderrOf(async () => {
      code = await runCommand(program, args)
    })
    return { code, text, seen }
  }

  it('gives what was typed', async () => {
    const { code, seen } = await run('start', 'it', '-p', '1', '--conf', 'a=1', '--conf', 'b=2')
    expect([code, seen]).to.deep.equal([0, { what: 'it', port: '1', conf: ['a=1', 'b=2'] }])
  })

  it('takes no option twice, none that is empty, none that is unknown', async () => {
    for (const [args, says] of [
      [['start', 'it', '-p', '1', '--port', '2'], /--port is given twice/],
      [['start', 'it', '--port='], /--port has no value/],
      [['start', 'it', '--conf='], /--conf has no value/],
      [['start', 'it', '--pord', '1'], /Did you mean --port\?/],
      [['start', 'it', '-p'], /argument missing/],
      [['start', 'it', 'more'], /too many arguments/],
      [['start'], /missing required argument 'what'/],
      [['stort'], /Did you mean start\?/],
      [[], /Usage: prog/],
    ] as const) {
      const { code, text, seen } = await run(...args)
      expect([code, seen], args.join(' ')).to.deep.equal([2, undefined])
      expect(text).to.match(says)
    }
  })

  it('ends with the code of the error and shows no stack', async () => {
    const refused = await run('start', 'refused')
    expect([refused.code, /prog: no\n$|prog:\S* no\n$/.test(refused.text)]).to.deep.equal([4, true])
    const bug = await run('start', 'bug')
    expect(bug.code).to.equal(1)
    expect(bug.text)
      .to.match(/x is not a function/)
      .and.not.to.match(/ {4}at /)
  })

  it('takes whole numbers in decimal digits only', () => {
    expect(integerOption('--n', '0012', 1, 20)).to.equal(12)
    for (const bad of ['', '1e1', '0x1', '1.0', ' 1', '+1', '-1', '21', '0', '١']) {
      expect(() => integerOption('--n', bad, 1, 20), bad).to.throw(/--n is .*expected 1 to 20/)
    }
  })
})

describe('a master URL', () => {
  it('names one master or several', () => {
    expect(parseMasterUrl('simspark://h')).to.deep.equal([{ host: 'h', port: 7077 }])
    expect(parseMasterUrl('simspark://a:1,[::1]:2/')).to.deep.equal([
      { host: 'a', port: 1 },
      { host: '::1', port: 2 },
    ])
  })

  it('is nothing else, and repeats no password', () => {
    const bad = ['', 'h:1', 'spark://h:1', 'simspark://', 'simspark://h:0', 'simspark://h:65536']
    for (const url of [...bad, 'simspark://h:1/x', 'simspark://h:1?y', 'simspark://h:a']) {
      expect(() => parseMasterUrl(url), url).to.throw(/expected simspark:\/\/host:port/)
    }
    expect(() => parseMasterUrl('simspark://u:hunter2@h:1')).to.throw(/^(?!.*hunter2).*password/)
  })
})

describe('the progress line', () => {
  const stage = (stageId: number, tasksDone: number, tasksRunning: number, tasksTotal: number) => {
    return { stageId, tasksDone, tasksRunning, tasksTotal }
  }

  it("is Spark's", () => {
    expect(progressLine([stage(0, 12, 4, 100)], 50)).to.equal(
      '[Stage 0:===>                      (12 + 4) / 100]',
    )
    expect(progressLine([stage(1, 0, 2, 2)], 30)).to.equal('[Stage 1:>        (0 + 2) / 2]')
    expect(progressLine([stage(1, 2, 0, 2)], 30)).to.equal('[Stage 1:=========(2 + 0) / 2]')
  })

  it('keeps its width, shares it among three stages, and shows no fourth', () => {
    for (let done = 0; done <= 20; done++) {
      expect(progressLine([stage(0, done, 0, 20)], 60)).to.have.length(60)
    }
    const line = progressLine(
      [0, 1, 2, 3].map(id => stage(id, 1, 1, 4)),
      120,
    )
    expect(line).to.have.length(120)
    expect(line.match(/\[Stage \d/g)).to.deep.equal(['[Stage 0', '[Stage 1', '[Stage 2'])
    expect(progressLine([stage(0, 1, 1, 4)], 10)).to.equal('[Stage 0:(1 + 1) / 4]')
    expect(progressLine([], 80)).to.equal('')
  })

  it('is drawn in place on a terminal, and nowhere else', () => {
    const written: string[] = []
    const stream = (isTTY: boolean) =>
      ({ isTTY, columns: 41, write: (text: string) => written.push(text) }) as unknown as Stream
    progressBar(stream(false)).draw([stage(0, 1, 1, 4)])
    expect(written).to.deep.equal([])
    const bar = progressBar(stream(true))
    bar.draw([stage(0, 1, 1, 4)])
    bar.draw([stage(0, 1, 1, 4)])
    bar.clear()
    bar.clear()
    expect(written).to.deep.equal([
      `\r${progressLine([stage(0, 1, 1, 4)], 40)}`,
      `\r${' '.repeat(40)}\r`,
    ])
  })
})

describe('the terminal', () => {
  const tty = { isTTY: true } as Stream
  const pipe = { isTTY: false } as Stream

  it('shows colours where they are wanted', () => {
    expect(wantsColour(tty, {})).to.equal(true)
    expect(wantsColour(pipe, {})).to.equal(false)
    expect(wantsColour(tty, { NO_COLOR: '1' })).to.equal(false)
    expect(wantsColour(tty, { TERM: 'dumb' })).to.equal(false)
    expect(wantsColour(pipe, { FORCE_COLOR: '1' })).to.equal(true)
    expect(wantsColour(tty, { FORCE_COLOR: '0' })).to.equal(false)
    expect(wantsColour(tty, { NO_COLOR: '1', FORCE_COLOR: '1' })).to.equal(false)
  })

  it('CLI-72: shows texts from outside escaped and cut at 200', () => {
    expect(safeText('a\u001b[31m\nb\u202e')).to.equal('a\\u001b[31m\\u000ab\\u202e')
    expect(safeText('x'.repeat(1_000_000))).to.equal(`${'x'.repeat(200)}…`)
  })

  it('aligns tables', () => {
    const text = table(
      ['a', 'long', 'z'],
      [
        ['wide cell', '1', ''],
        ['b', '2', 'end'],
      ],
    )
    expect(text).to.equal('a          long  z\nwide cell  1\nb          2     end')
  })
})

describe('the environment of daemons', () => {
  it('is a list of what is harmless', async () => {
    const env = { PATH: '/bin', HOME: '/h', LC_ALL: 'C', AWS_SECRET: 'x', SIMSPARK_MASTER: 'y' }
    expect(daemonEnvironment(env)).to.deep.equal({ PATH: '/bin', HOME: '/h', LC_ALL: 'C' })
    const text = await stderrOf(async () => daemonEnvironment({ NODE_OPTIONS: '--inspect' }))
    expect(text).to.match(/NODE_OPTIONS is not passed/)
  })
})
