import { writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { readSchedulerPools } from '#config'
import { thrown } from '../../support/rejection.ts'
import { useTempFolder } from '../../support/temp-folder.ts'

describe('an allocation file of scheduler pools', () => {
  const folder = useTempFolder()
  const file = (name: string, text: string): string => {
    const path = `${folder()}/${name}`
    writeFileSync(path, text)
    return path
  }
  const both = [
    { name: 'production', schedulingMode: 'FAIR', weight: 2, minShare: 3 },
    { name: 'team.adhoc', schedulingMode: 'FIFO', weight: 1, minShare: 1 },
  ]

  it('is YAML, JSON or properties', () => {
    const yaml = `production:\n  schedulingMode: FAIR\n  weight: 2\n  minShare: 3\nteam.adhoc: { minShare: 1 }\n`
    const json = `{"production": {"schedulingMode": "FAIR", "weight": 2, "minShare": 3}, "team": {"adhoc": {"minShare": 1}}}`
    const conf = `production.schedulingMode FAIR\nproduction.weight 2\nproduction.minShare 3\nteam.adhoc.minShare 1\n`
    expect(readSchedulerPools(file('pools.yaml', yaml))).to.deep.equal(both)
    expect(readSchedulerPools(file('pools.json', json))).to.deep.equal(both)
    expect(readSchedulerPools(file('pools.conf', conf))).to.deep.equal(both)
    expect(readSchedulerPools(file('bare.yaml', 'idle:\n'))).to.deep.equal([
      { name: 'idle', schedulingMode: 'FIFO', weight: 1, minShare: 0 },
    ])
  })

  it('is refused with the place of everything that is wrong', () => {
    const path = file(
      'wrong.yaml',
      'a:\n  weight: 0\n  minShare: 1.5\n  schedulingMode: fair\n  size: 3\nb: 7\n',
    )
    const error = thrown(() => readSchedulerPools(path))
    expect(error.code).to.equal('INVALID_SETTING')
    expect(error.message.split('\n')).to.deep.equal([
      `${path}:2:3: a.weight is 0; expected a whole number from 1 to 1000000`,
      `${path}:3:3: a.minShare is 1.5; expected a whole number from 0 to 1000000`,
      `${path}:4:3: a.schedulingMode is "fair"; expected FIFO or FAIR`,
      `${path}:5:3: a.size is unknown; expected <pool>.schedulingMode, <pool>.weight or <pool>.minShare`,
      `${path}:6:1: b is unknown; expected <pool>.schedulingMode, <pool>.weight or <pool>.minShare`,
    ])
    expect(thrown(() => readSchedulerPools(`${folder()}/none.yaml`)).code).to.equal(
      'INVALID_SETTING',
    )
    expect(thrown(() => readSchedulerPools(file('pools.xml', '<a/>'))).message).to.contain('YAML')
  })
})
