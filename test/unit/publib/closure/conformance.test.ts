import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { assemble, problemsOf, rowsOf, runCases } from '../../../support/conformance.ts'

describe('closure conformance, driver process to executor process', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'simspark-closure-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const kind of ['esm', 'commonjs'] as const) {
    it(`holds every row that needs no package, in ${kind}`, async function () {
      this.timeout(60_000)
      const assembly = { kind, withPackages: false }
      const casesFile = assemble(assembly, join(folder, kind))
      const results = await runCases({ node: process.execPath, casesFile })
      expect(problemsOf(results, rowsOf(assembly))).to.deep.equal([])
    })
  }
})
