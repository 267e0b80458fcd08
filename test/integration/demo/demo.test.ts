import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { footprint, leftBehind } from '../../support/footprint.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Runs the demo as the README says, with a temp folder of its own, and gives what it printed; nothing may be left behind. */
function demo(...args: string[]): string {
  const before = footprint()
  const temp = mkdtempSync(join(tmpdir(), 'simspark-test-'))
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'demo', '--', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: temp },
    timeout: 110_000,
  })
  const files = readdirSync(temp).filter(name => name.startsWith('simspark'))
  rmSync(temp, { recursive: true })
  expect(status, `${stdout}\n${stderr}`).to.equal(0)
  expect([...leftBehind(before, footprint()), ...files]).to.deep.equal([])
  return stdout
}

describe('the demo', () => {
  it('computes a sum and a word count on a real master and two real workers, and leaves nothing', () => {
    const output = demo()
    expect(output).to.match(/499,999,500,000 \(right\)/)
    expect(output).to.match(/most frequent: the /)
    expect(output).to.match(/everything stopped/)
    const executors = new Set(output.match(/worker-[0-9a-f]+\/\d+(?=: \d+ task)/g))
    expect(executors.size, output).to.be.greaterThan(1)
  })

  it('gives the right answer although a worker is killed, and says what was repeated where', () => {
    const output = demo('--kill-worker')
    expect(output).to.match(/killed worker-[12] \(pid \d+\) with SIGKILL/)
    expect(output).to.match(/\(right\)/)
    expect(output).to.match(/partition \d+: attempt 0 on .* → attempt \d+ on /)
  })

  it('counts the words of a file of the user', () => {
    expect(demo('--file', 'LICENSE')).to.match(/words of LICENSE\n {2}1,[0-9]{3} words/)
  })
})
