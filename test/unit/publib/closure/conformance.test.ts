import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  assemble,
  type CaseResult,
  problemsOf,
  rowsOf,
  runCases,
} from '../../../support/conformance.ts'

/** Each run starts two processes and ships about a hundred functions. */
const RUN_TIMEOUT_MS = 60_000

describe('closure conformance, driver process to executor process', () => {
  const kinds = ['esm', 'commonjs'] as const
  const runs = new Map<string, Promise<CaseResult[]>>()
  const folder = mkdtempSync(join(tmpdir(), 'simspark-closure-'))
  const clean = () => rmSync(folder, { recursive: true, force: true })
  // Begun when the file is loaded, so that other tests run beside these processes.
  for (const kind of kinds) {
    const casesFile = assemble({ kind, withPackages: false }, join(folder, kind))
    const run = runCases({ node: process.execPath, casesFile })
    run.catch(() => undefined)
    runs.set(kind, run)
  }
  after(async () => {
    await Promise.allSettled(runs.values())
    clean()
  })
  // Where no test of this file is run, nothing else does.
  process.once('exit', clean)

  for (const kind of kinds) {
    it(`holds every row that needs no package, in ${kind}`, async function () {
      this.timeout(RUN_TIMEOUT_MS)
      const results = (await runs.get(kind)) ?? []
      const problems = problemsOf(results, rowsOf({ kind, withPackages: false }))
      expect(problems.join('\n')).to.equal('')
    })
  }
})
