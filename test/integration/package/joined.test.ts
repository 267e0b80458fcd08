import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** What depends on where its text lies, and on being loaded once: shipping of functions, call sites, executor threads, programs. */
const SPECS = ['unit/publib/closure', 'unit/publib/execution', 'unit/driver', 'examples']

describe('the joined files that ship', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simspark-joined-'))

  after(() => rmSync(folder, { recursive: true, force: true }))

  it('pass the tests of the modules that they are made of', () => {
    const copy = (from: string, to: string): void =>
      cpSync(join(root, from), join(folder, to), { recursive: true })
    for (const file of ['package.json', 'package-lock.json', 'dist/package.json']) copy(file, file)
    copy('dist/joined', 'dist')
    copy('dist/test', 'dist/test')
    copy('test', 'test')
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    const mocha = join(root, 'node_modules/mocha/bin/mocha.js')
    const options = ['--no-config', '--timeout', '20000', '--reporter', 'dot']
    const specs = SPECS.map(spec => `dist/test/${spec}/**/*.test.js`)
    const { status, stdout } = spawnSync(process.execPath, [mocha, ...options, ...specs], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(stdout).to.match(/\d\d\d passing/)
    expect(status, stdout.slice(-3000)).to.equal(0)
  }).timeout(300_000)
})
