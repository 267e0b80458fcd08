/** A program on a terminal that is ended by Ctrl-C while its progress bar stands there. */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { PrivateTemp } from '../../support/private-temp.ts'
import { cleanEnvironment } from '../../support/run-cli.ts'

const ENTRY = fileURLToPath(new URL('../../support/entries/ending-program.js', import.meta.url))
const CTRL_C = '\u0003'

describe('a program on a terminal', function () {
  this.timeout(60_000)
  let temp: PrivateTemp
  beforeEach(function () {
    // From util-linux: runs a command on a terminal of its own.
    if (spawnSync('script', ['--version']).status !== 0) this.skip()
    temp = new PrivateTemp()
  })
  afterEach(() => temp?.dispose())

  it('that is ended by Ctrl-C exits with 130 and leaves the terminal as it was', async () => {
    const command = `stty -g; '${process.execPath}' '${ENTRY}' 'waits for a signal'; echo "code $?"; stty -g`
    const environment = { TMPDIR: temp.path, SIMSPARK_MASTER: 'local[2]', TERM: 'xterm' }
    const child = spawn(
      'script',
      [
        '-q',
        '-c',
        `sh -c "trap : INT; ${command.replaceAll('"', '\\"').replaceAll('$', '\\$')}"`,
        '/dev/null',
      ],
      {
        ...{ env: cleanEnvironment(environment), stdio: ['pipe', 'pipe', 'inherit'] },
      },
    )
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const hadBar = output.includes('[Stage')
      output += text
      // The bar comes half a second after the job has begun.
      if (!hadBar && output.includes('[Stage')) child.stdin.write(CTRL_C)
    })
    await new Promise(resolve => child.once('close', resolve))
    expect(output).to.include('code 130')
    const settings = output.match(/^[0-9a-f]+(?::[0-9a-f]+){10,}/gm) ?? []
    expect(settings).to.have.length(2)
    expect(settings[1]).to.equal(settings[0])
    const count = (sequence: string): number => output.split(sequence).length - 1
    expect(count('\u001b[?25l'), 'the cursor is hidden').to.equal(count('\u001b[?25h'))
    await temp.assertEmpty(0)
  })
})
