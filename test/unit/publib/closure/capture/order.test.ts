import { expect } from 'chai'
import { planOrder } from '../../../../../publib/closure/capture/order.ts'
import type { FunctionNode, NodeId, WireNode } from '../../../../../publib/closure/wire.ts'

function fn(...captures: NodeId[]): FunctionNode {
  return { t: 'function', code: 0, cells: captures.map(id => [id] as const), name: 'f' }
}

describe('the order in which nodes are made', () => {
  it('puts what a function captures before it', () => {
    const nodes: WireNode[] = [fn(1), fn(2), fn()]
    expect(planOrder(nodes)).to.deep.equal([2, 1, 0])
  })

  it('binds one capture of a cycle late, and only that', () => {
    const first = fn(1)
    const second = fn(0)
    planOrder([first, second])
    expect([first.late, second.late].filter(late => late !== undefined)).to.deep.equal([[0]])
  })

  it('makes a class before the prototype that its own capture needs', () => {
    const type: WireNode = { ...fn(1), t: 'class', computedKeys: [], identity: '' }
    const arrow: FunctionNode = { ...fn(), outerThis: [2] }
    const instance: WireNode = { t: 'object', proto: [3] }
    const nodes: WireNode[] = [type, arrow, instance, { t: 'prototype-of', of: [0] }]
    expect(planOrder(nodes)).to.deep.equal([0, 3, 2, 1])
    expect(type.late).to.deep.equal([0])
  })

  it('bears chains of any depth', () => {
    const nodes = Array.from({ length: 50_000 }, (_each, i) => fn(...(i < 49_999 ? [i + 1] : [])))
    expect(planOrder(nodes)[0]).to.equal(49_999)
  })
})
