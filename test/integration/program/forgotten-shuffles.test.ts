import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const PROGRAM = fileURLToPath(
  new URL('../../support/entries/forgotten-shuffles.js', import.meta.url),
)

describe('a program that forgets its RDDs', () => {
  it('keeps the files of those shuffles only that it can still ask for', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', PROGRAM])
    expect(String(stderr)).to.equal('')
    expect(String(stdout)).to.equal('24 4 2\n')
  })
})
