import { expect } from 'chai'
import { benchOptions, chosenWorkloads, WORKLOADS } from '../../bench/options.ts'

const GROUPS = ['word-count', 'cluster']
const read = (...args: string[]) => benchOptions(args, GROUPS)

describe('the command line of the bench', () => {
  it('alone asks for all of simSpark’s own figures', () => {
    expect(read()).to.deep.equal({ mode: 'own', isQuick: false, groups: GROUPS, runs: 5 })
    expect(read('--quick', '--only', 'cluster')).to.deep.include({ groups: ['cluster'], runs: 2 })
  })

  it('keeps the files of a comparison beside the peers unless it is told where', () => {
    expect(read('--peers', '/p')).to.deep.include({ mode: 'peers', peers: '/p', data: '/p/data' })
    expect(read('--peers', '/p', '--data', '/d')).to.deep.include({ data: '/d' })
  })

  it('takes W1 for W1A and W1B, and W1 for no W10', () => {
    expect(chosenWorkloads('W1,W10')).to.deep.equal(['W1A', 'W1B', 'W10'])
    expect(chosenWorkloads(undefined)).to.deep.equal(WORKLOADS)
  })

  it('profiles one workload into a file that is named after it', () => {
    expect(read('--profile', 'W5')).to.deep.include({ workload: 'W5', out: 'profile-W5.html' })
    expect(read('--profile', 'W5', '--out', 'x.html')).to.deep.include({ out: 'x.html' })
  })

  it('names what it does not know', () => {
    expect(() => read('--only', 'W5')).to.throw('no figures called W5: word-count, cluster')
    expect(() => read('--peers', '/p', '--only', 'W99')).to.throw('no workload called W99')
    expect(() => read('--runs', '0')).to.throw('--runs must be a whole number above 0')
    expect(() => read('--peer', '/p')).to.throw('--peer')
  })
})
