import { expect } from 'chai'
import { shortDecimal } from '#publib/util'
import { assertExactly, fc, holdsForAll } from '../../../support/property.ts'

describe('numbers in bytes', () => {
  const read = (text: string): number => {
    const bytes = Buffer.from(`..${text}..`)
    return shortDecimal(bytes, 2, bytes.length - 4)
  }

  it('are what Number says of the text, to the last bit', () => {
    const decimal = fc
      .tuple(fc.constantFrom('', '-'), fc.maxSafeNat(), fc.nat(16))
      .map(([sign, digits, point]) => {
        const text = String(digits)
        return point > text.length
          ? sign + text
          : `${sign}${text.slice(0, point)}.${text.slice(point)}`
      })
    holdsForAll(
      decimal,
      text => {
        const value = read(text)
        if (!Number.isNaN(value)) assertExactly(value, Number(text))
        return undefined
      },
      2000,
    )
    for (const text of ['0', '-0', '.5', '5.', '-1.25', '999999999999999']) {
      assertExactly(read(text), Number(text))
    }
  })

  it('are left to the language where they are anything but plain', () => {
    for (const text of [
      '',
      '-',
      '.',
      '+1',
      '1e3',
      ' 1',
      '0x10',
      'NaN',
      '1_0',
      '1234567890123456',
    ]) {
      expect(read(text), text).to.be.NaN
    }
  })
})
