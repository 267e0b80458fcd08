import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { useTempFolder } from '../../support/temp-folder.ts'

const SUPPORT = fileURLToPath(new URL('../../support/', import.meta.url))
const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')

describe('the leak checker', () => {
  const folder = useTempFolder()

  it('names the suites that leave a timer, port, child, thread or folder behind, and no other', async function () {
    this.timeout(30_000)
    const flags = ['--no-config', '--exit', '--reporter', 'json']
    const files = ['--require', join(SUPPORT, 'leaks.js'), join(SUPPORT, 'entries/leaky-suite.js')]
    const child = spawn(process.execPath, [MOCHA, ...flags, ...files], {
      env: {
        ...process.env,
        TMPDIR: folder(),
        LEAK_FOLDER: folder(),
        SIMSPARK_LEAK_GRACE_MS: '100',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const report = JSON.parse(await text(child.stdout)) as {
      failures: { err: { message: string } }[]
    }
    const messages = report.failures.map(({ err }) => err.message.replace(/\(.*?\) /, ''))
    expect(messages.map(message => message.replace(/simspark-test-[\w-]+/, 'x'))).to.deep.equal([
      '"timer" left behind: 1 Timeout',
      '"port" left behind: 1 TCPServerWrap',
      '"child" left behind: 1 ProcessWrap',
      '"thread" left behind: 1 Thread',
      '"folder" left behind: temporary x',
    ])
  })
})
