import type { SeededRandom } from '#publib/util'

const PLAIN = ['a', 'Oslo', '', 'x y', '-']
const ODD = ['\u00e4', 'say "no"', '\\', '\n', '\u{1f600}', 'https://a/b']

/** Texts of JSON as programs find them: objects of the same fields mostly, and in some programs one that is unusual or wrong. */
export function jsonTexts(count: number, random: SeededRandom): string[] {
  const noise = random.below(6)
  const kind = random.below(5)
  const isOdd = random.below(3) === 0
  const pick = (texts: readonly string[]): string => texts[random.below(texts.length)]!
  const text = (): string => (isOdd && random.below(4) === 0 ? pick(ODD) : pick(PLAIN))
  const leaf = (): unknown => {
    const leaves = [random.below(9), text(), random.below(2) === 0, random.below(99) / 8 - 3]
    if (kind < leaves.length) return leaves[kind]
    return random.below(3) === 0 ? null : leaves[random.below(leaves.length)]
  }
  const isSparse = random.below(3) === 0
  const texts = Array.from({ length: count }, (_, i) => {
    const fields: [string, unknown][] = [
      ['id', i],
      ['a', leaf()],
      ['n', random.below(20) / (kind === 3 ? 7 : 1)],
      ['name', text()],
      ['o', { x: leaf(), tags: [leaf()], y: { z: random.below(5), a: 'no' } }],
    ]
    if (isSparse && random.below(3) === 0) fields.splice(1, 1)
    if (noise === 0 && random.below(9) === 0) fields.pop()
    if (random.below(8) === 0) fields.reverse()
    return JSON.stringify(Object.fromEntries(fields), undefined, random.below(12) === 0 ? 1 : 0)
  })
  const at = random.below(count)
  const odd = [
    undefined,
    '{"a":1',
    '{"a":3,"name":"x","o":{"x":1,"y":{"z":[]}},"n":[1],"a":"last"}',
  ]
    .concat('{"\\u0061":3,"name":{"length":7},"o":{"x":1,"y":{"z":1}},"__proto__":{"n":5}}')
    .concat(
      '{"a":12345678901234567890,"n":-0,"name":"\\ud83d\\ude00\\u0041","o":{"x":"\\ud800","y":{}}}',
    )
  const replaced = odd[noise]
  if (replaced !== undefined) texts[at] = replaced
  return texts
}
