import type { About, Lineage } from '#publib/lineage'
import { describeCallSite } from '#publib/util'

/** As `MapPartitions[7] at map at main.ts:12`, with the user's name in front where there is one. */
export function describe(about: About): string {
  const { operator, id, operation, callSite, name } = about
  const place = callSite === undefined ? '' : ` at ${describeCallSite(callSite)}`
  return `${name === undefined ? '' : `${name} `}${operator}[${id}] at ${operation}${place}`
}

const NARROW = '|  '

/**
 * A lineage as text: what each RDD is computed from stands below it, one indentation further behind each shuffle. The number
 * in brackets is that of its partitions. The lineage is prepared.
 */
export function debugString(top: Lineage<unknown>): string {
  const lines: string[] = []
  const open: {
    readonly lineage: Lineage<unknown>
    readonly prefix: string
    readonly head: string
  }[] = [{ lineage: top, prefix: '', head: `(${top.numPartitions}) ` }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { lineage, prefix, head } = next
    const kept = lineage.about.isCached ? ' [MEMORY_ONLY]' : ''
    lines.push(`${prefix}${head}${describe(lineage.about)}${kept}`)
    const below = prefix + ' '.repeat(head.length - NARROW.length)
    for (const dependency of [...lineage.dependencies].reverse()) {
      const { parent, kind } = dependency
      if (kind === 'narrow') open.push({ lineage: parent, prefix: below, head: NARROW })
      else open.push({ lineage: parent, prefix: below, head: `+-(${parent.numPartitions}) ` })
    }
  }
  return lines.join('\n')
}
