import type { Combining } from '#publib/lineage'
import type { Sink } from './sink.ts'
import { asPair, type Names, refusal } from './step.ts'

/** Records as they are, to a MapOutputWriter. */
export const toWriter: Sink = {
  ...{ tag: 'write', roots: [], yields: false },
  begin: '',
  write: element =>
    element.kind === 'pair'
      ? `s.addPair(${element.key}, ${element.value})\n`
      : `s.add(${element.name})\n`,
  end: '',
}

/** To a MapSideCombiner that has no function of the user's to call. */
const toSketches: Sink = {
  ...{ tag: 'sketch', roots: [], yields: false },
  begin: '',
  write: (element, names) =>
    asPair(
      element,
      name => `h.notAPairToShuffle(${name})`,
      names,
      (key, value) => `s.add(${key}, ${value})\n`,
    ),
  end: '',
}

/**
 * Keys and values to the table of a MapSideCombiner, by the user's own functions: the pair itself is never made. The
 * aggregator of the shuffle says what it means.
 */
export function toCombiner(combining: Combining): Sink {
  if (combining.kind === 'sketch') return toSketches
  return {
    ...{ tag: `combine (${combining.kind})`, roots: combining.roots, yields: false },
    begin: 'const index = s.index\nlet combiners = s.combiners, left = s.recordsLeft\n',
    write: (element, names) =>
      asPair(
        element,
        name => `h.notAPairToShuffle(${name})`,
        names,
        (key, value) => {
          const at = names.fresh()
          return `const ${at} = index.indexOf(${key}, typeof ${key} === 'string' ? h.hashString(${key}) : h.hashValue(${key}))
if (${at} === combiners.length) {
${creation(combining, value, names)}} else {
${merge(combining, value, at, names)}}
if (--left === 0) { s.look(); combiners = s.combiners; left = s.recordsLeft }
`
        },
      ),
    end: 's.recordsLeft = left\n',
  }
}

function creation(combining: Combining, value: string, names: Names): string {
  const made = names.fresh()
  switch (combining.kind) {
    case 'combine':
      return `const ${made} = ${names.fn(0)}(${value})\n${refusal(made, names.root(0))}combiners.push(${made})\n`
    case 'aggregate':
      return `const ${made} = ${names.fn(1)}(h.copyValue(${names.fn(0)}), ${value})\n${refusal(made, names.root(1))}combiners.push(${made})\n`
    default:
      return `combiners.push(${value})\n`
  }
}

function merge(combining: Combining, value: string, at: string, names: Names): string {
  // The first value stays.
  if (combining.kind === 'first') return ''
  const merging = combining.kind === 'reduce' ? 0 : 1
  const merged = names.fresh()
  return `const ${merged} = ${names.fn(merging)}(combiners[${at}], ${value})
${refusal(merged, names.root(merging))}combiners[${at}] = ${merged}
`
}
