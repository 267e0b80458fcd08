import { expect } from 'chai'
import { type CpuProfile, callTree, flamePage, hottest } from '../../bench/flame.ts'
import { threadOf } from '../../bench/profile.ts'

const node = (id: number, functionName: string, children: number[] = []) => ({
  ...{ id, children, callFrame: { functionName, url: 'file:///x/y/z.js', lineNumber: id } },
})

/** main calls `a<b`, which calls c; a while of waiting at the end. */
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, children: [2, 5] },
    node(2, 'main', [3]),
    node(3, 'a<b', [4]),
    node(4, 'c'),
    { id: 5, callFrame: { functionName: '(idle)', url: '', lineNumber: -1 } },
  ],
  samples: [2, 4, 4, 3, 5, 5],
  timeDeltas: [0, 1000, 2000, 3000, 4000, 9000],
}

describe('flame pictures', () => {
  it('give a function the time of what it calls, and itself its own', () => {
    const root = callTree(profile)
    expect(root.us).to.equal(10_000)
    const [main] = [...root.children.values()]
    expect(main).to.include({ name: 'main y/z.js:3', us: 10_000, selfUs: 1000 })
    const [a] = [...(main?.children.values() ?? [])]
    expect(a).to.include({ us: 9000, selfUs: 4000 })
  })

  it('leave out what waits', () => {
    expect(hottest(profile, 9).map(({ name }) => name)).to.not.include('(idle)')
    expect(hottest(profile, 1)).to.deep.equal([{ name: 'c y/z.js:5', ms: 5, share: 0.5 }])
  })

  it('stand on one page, with names that cannot break it', () => {
    const page = flamePage('W5', [{ title: 'driver', profile }])
    expect(page).to.include('a&lt;b').and.not.include('a<b')
    expect(page.match(/<svg /g)).to.have.length(1)
    expect(page).to.not.match(/(src|href)=/)
  })

  it('know the thread by the file that the engine wrote', () => {
    expect(threadOf('CPU.20261121.211321.3837.2.003.cpuprofile')).to.equal(2)
  })
})
