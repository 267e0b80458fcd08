import type { About, Lineage } from '#publib/lineage'
import type { CachedBytes } from '#publib/status'
import { describeCallSite, formatBytes } from '#publib/util'

/** As `MapPartitions[7] at map at main.ts:12`, with the user's name in front where there is one. */
export function describe(about: About): string {
  const { operator, id, operation, callSite, name } = about
  const place = callSite === undefined ? '' : ` at ${describeCallSite(callSite)}`
  return `${name === undefined ? '' : `${name} `}${operator}[${id}] at ${operation}${place}`
}

const NARROW = '|  '

/**
 * A lineage as text: what each RDD is computed from stands below it, one indentation further behind each shuffle. The number
 * in brackets is that of its partitions. The lineage is prepared. `kept`: what of cached RDDs there is.
 */
export function debugString(top: Lineage<unknown>, kept: readonly CachedBytes[] = []): string {
  const lines: string[] = []
  const open: {
    readonly lineage: Lineage<unknown>
    readonly prefix: string
    readonly head: string
  }[] = [{ lineage: top, prefix: '', head: `(${top.numPartitions}) ` }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { lineage, prefix, head } = next
    const { isValid, description } = lineage.storageLevel
    lines.push(`${prefix}${head}${describe(lineage.about)}${isValid ? ` [${description}]` : ''}`)
    const below = prefix + ' '.repeat(head.length - NARROW.length)
    const bytes = isValid ? kept.find(({ id }) => id === lineage.id) : undefined
    if (bytes !== undefined) lines.push(`${below}${NARROW}    ${describeBytes(bytes)}`)
    for (const dependency of [...lineage.dependencies].reverse()) {
      const { parent, kind } = dependency
      if (kind === 'narrow') open.push({ lineage: parent, prefix: below, head: NARROW })
      else open.push({ lineage: parent, prefix: below, head: `+-(${parent.numPartitions}) ` })
    }
  }
  return lines.join('\n')
}

function describeBytes({ numCachedPartitions, memoryBytes, diskBytes }: CachedBytes): string {
  const sizes = `MemorySize: ${formatBytes(memoryBytes)}; DiskSize: ${formatBytes(diskBytes)}`
  return `CachedPartitions: ${numCachedPartitions}; ${sizes}`
}
