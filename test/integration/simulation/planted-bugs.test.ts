import { expect } from 'chai'
import { findPlantedBugs, PLANTED_BUGS } from '../../simulation/planted-bugs.ts'
import { simulate } from '../../simulation/simulate.ts'

/** Within so many seeds each of them is found: half of what every change is tried with. */
const SEEDS_MAX = 100

describe('the simulation finds a planted bug', function () {
  this.timeout(300_000)

  for (const bug of PLANTED_BUGS) {
    it(bug.name, async () => {
      const findings = []
      for await (const finding of findPlantedBugs([bug], SEEDS_MAX)) findings.push(finding)
      const foundAt = findings[0]?.foundAt
      expect(foundAt, `not found within ${SEEDS_MAX} seeds`).to.be.a('number')
      // Without it the same seed is clean: it was the bug that was found.
      const { breaches } = await simulate(foundAt ?? 0)
      expect(breaches).to.deep.equal([])
    })
  }
})
