import { expect } from 'chai'
import { builtinPlace } from '../../../../../publib/closure/known/builtin-modules.ts'
import {
  intrinsicAt,
  symbolName,
  symbolNamed,
} from '../../../../../publib/closure/known/globals.ts'
import { intrinsicPath } from '../../../../../publib/closure/known/intrinsics.ts'

describe('intrinsics', () => {
  it('are found again under the path they are given', () => {
    const values: readonly object[] = [
      Math.max,
      Array.prototype.map,
      Map.prototype,
      Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as object,
      Array.prototype[Symbol.iterator],
      Object.getPrototypeOf(Uint8Array),
      Object.getPrototypeOf(async () => {}),
      Object.getPrototypeOf([][Symbol.iterator]()),
      globalThis,
      process.env,
      process.nextTick,
      Buffer.from,
      Intl.NumberFormat,
      console.log,
      globalThis.crypto,
      globalThis.Headers,
    ]
    for (const value of values) {
      const path = intrinsicPath(value)
      expect(path, `the value number ${values.indexOf(value)}`).to.not.equal(undefined)
      expect(intrinsicAt(path ?? [])).to.equal(value)
    }
  })

  it('are nothing of the user', () => {
    expect(intrinsicPath({})).to.equal(undefined)
    expect(intrinsicPath(() => {})).to.equal(undefined)
  })

  it('have symbols with names, but not those that are unique', () => {
    for (const symbol of [Symbol.iterator, Symbol.for('mine')]) {
      expect(symbolNamed(symbolName(symbol) ?? '')).to.equal(symbol)
    }
    expect(symbolName(Symbol('unique'))).to.equal(undefined)
  })
})

describe('modules of Node', () => {
  it('give their exports a module and a path', () => {
    const fs = process.getBuiltinModule('node:fs')
    expect(builtinPlace(fs)).to.deep.equal({ module: 'node:fs', path: [] })
    expect(builtinPlace(fs.readFileSync)).to.deep.equal({
      module: 'node:fs',
      path: ['readFileSync'],
    })
    expect(builtinPlace({})).to.equal(undefined)
  })
})
