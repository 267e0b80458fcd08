import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { useTempFolder } from '../../support/temp-folder.ts'

const ENTRY = fileURLToPath(
  new URL('../../support/entries/local-cluster-driver.js', import.meta.url),
)

describe('a local cluster', () => {
  const folder = useTempFolder()

  /** Starts the program; its temporary files go into a folder of this test's. */
  const start = (how: string) => {
    const env = { ...process.env, TMPDIR: folder() }
    const child = spawn(process.execPath, [ENTRY, how], {
      ...{ env, stdio: ['ignore', 'pipe', 'inherit'] },
    })
    return { child, said: said(child), exited: exited(child) }
  }

  const said = (child: ChildProcess): Promise<string> =>
    new Promise(resolve => {
      child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text))
      child.once('exit', () => resolve(''))
    })

  const exited = (child: ChildProcess): Promise<number | string | null> =>
    new Promise(resolve => {
      child.once('exit', (code, signal) => resolve(signal ?? code))
    })

  const processes = (): number[] =>
    readdirSync('/proc')
      .map(Number)
      .filter(Number.isInteger)
      .filter(pid => {
        try {
          return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder()}/`)
        } catch {
          return false
        }
      })

  /** Nothing is left, or nothing more soon. */
  const nothingIsLeft = async (limitMs: number): Promise<void> => {
    const deadlineMs = performance.now() + limitMs
    const left = () => ({ processes: processes(), files: readdirSync(folder()) })
    while (left().processes.length + left().files.length > 0 && performance.now() < deadlineMs) {
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    expect(left()).to.deep.equal({ processes: [], files: [] })
  }

  const ends: [how: string, code: number, limitMs: number][] = [
    ['stop', 0, 0],
    ['nothing to do', 0, 0],
    // Its hosts end by themselves when their worker is gone.
    ['exit', 3, 6_000],
    ['throw', 1, 6_000],
  ]
  for (const [how, code, limitMs] of ends) {
    it(`leaves nothing behind when its program ends by: ${how}`, async () => {
      const { said: text, exited: end } = start(how === 'nothing to do' ? 'idle' : how)
      expect(await text).to.equal('sum 9900\n')
      expect(await end).to.equal(code)
      await nothingIsLeft(limitMs)
    })
  }

  it('leaves nothing behind when its program is killed', async () => {
    const { child, said: text, exited: end } = start('wait')
    expect(await text).to.equal('sum 9900\n')
    child.kill('SIGKILL')
    expect(await end).to.equal('SIGKILL')
    await nothingIsLeft(30_000)
  })

  it('ends with 130 at Ctrl-C, with nothing behind it', async () => {
    const { child, said: text, exited: end } = start('wait')
    expect(await text).to.equal('sum 9900\n')
    child.kill('SIGINT')
    expect(await end).to.equal(130)
    await nothingIsLeft(0)
  })
})
