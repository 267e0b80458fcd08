import { readdirSync, readFileSync } from 'node:fs'

interface Seen {
  readonly parent: number
  readonly cpuS: number
}

/** Cores that processes used which are not ours, between two looks; undefined where /proc does not tell. */
export class ForeignLoad {
  #before = look()
  #at = performance.now()

  /** Since the last call, or since it was made. */
  cores(): number | undefined {
    const now = look()
    const at = performance.now()
    const seconds = (at - this.#at) / 1000
    const busy =
      now === undefined || this.#before === undefined ? undefined : foreign(this.#before, now)
    this.#before = now
    this.#at = at
    return busy === undefined ? undefined : busy / seconds
  }
}

/** CPU seconds of processes that were there before, or descend from such; we, ours and those who started us do not count. */
function foreign(before: ReadonlyMap<number, Seen>, now: ReadonlyMap<number, Seen>): number {
  const line = (pid: number): number[] => {
    const found: number[] = []
    for (let at = pid; at > 1 && !found.includes(at); at = now.get(at)?.parent ?? 0) found.push(at)
    return found
  }
  const above = new Set([...line(process.pid), 1])
  let sum = 0
  for (const [pid, { cpuS }] of now) {
    const ancestors = line(pid)
    if (above.has(pid) || ancestors.includes(process.pid)) continue
    const isOld = ancestors.some(ancestor => before.has(ancestor) && !above.has(ancestor))
    if (isOld) sum += Math.max(0, cpuS - (before.get(pid)?.cpuS ?? 0))
  }
  return sum
}

const TICKS_PER_SECOND = 100

function look(): Map<number, Seen> | undefined {
  if (process.platform !== 'linux') return undefined
  const found = new Map<number, Seen>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      const ticks = [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0)
      found.set(Number(name), { parent: Number(fields[1]), cpuS: ticks / TICKS_PER_SECOND })
    } catch {
      // It has just ended.
    }
  }
  return found
}
