import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { TEMP_PREFIX } from '../temp-folder.ts'

/** Suites for the test of the leak checker: all but the first leave something behind. */
const { LEAK_FOLDER } = process.env
const leaks: Readonly<Record<string, () => void>> = {
  nothing: () => undefined,
  timer: () => void setInterval(() => undefined, 1000),
  port: () => void createServer().listen(0, '127.0.0.1'),
  child: () =>
    void spawn(process.execPath, ['-e', 'setTimeout(() => 0, 9000)'], { stdio: 'ignore' }),
  thread: () => void new Worker('setTimeout(() => 0, 9000)', { eval: true }),
  folder: () => void mkdtempSync(join(LEAK_FOLDER ?? tmpdir(), TEMP_PREFIX)),
}

for (const [name, leak] of Object.entries(leaks)) {
  describe(name, () => {
    it('runs', leak)
  })
}
