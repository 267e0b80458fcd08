import { expect } from 'chai'
import type { SparkContext, SparkListener } from '../../driver/index.ts'

const ROWS = 2_000
const TASKS = 40
const KEYS = 97

export interface Pace {
  /** How long a map task works for each of its rows. */
  readonly rowMs?: number
  /** How long a reduce task works for each of its keys. */
  readonly keyMs?: number
}

/** A job of many tasks with a keyed shuffle; each row has a number, so that a lost or doubled one is seen. */
export async function groupNumbered(
  sc: SparkContext,
  { rowMs = 1, keyMs = 0 }: Pace = {},
): Promise<[number, number[]][]> {
  const spin = (ms: number): void => {
    const untilMs = performance.now() + ms
    while (performance.now() < untilMs);
  }
  const pairs = sc.range(0, ROWS, 1, TASKS).map(row => {
    spin(rowMs)
    return [row % KEYS, row]
  })
  const groups = pairs.groupByKey(8).mapValues(rows => {
    spin(keyMs)
    return rows.toArray()
  })
  return (await groups.collect()) as [number, number[]][]
}

/** Each row is there once, under its key. */
export function assertAllRows(groups: readonly [number, readonly number[]][]): void {
  const byKey = new Map(groups)
  expect(byKey.size).to.equal(KEYS)
  for (let key = 0; key < KEYS; key++) {
    const right = Array.from({ length: Math.ceil((ROWS - key) / KEYS) }, (_, i) => key + i * KEYS)
    expect([...(byKey.get(key) ?? [])].sort((a, b) => a - b)).to.deep.equal(right)
  }
}

/** Resolves when so many tasks have ended well since the call: the job is in its middle. */
export function tasksEnded(sc: SparkContext, count: number): Promise<void> {
  let ended = 0
  return once(sc, done => ({
    onTaskEnd: ({ error }) => {
      if (error === undefined && ++ended === count) done()
    },
  }))
}

/** Resolves when so many tasks run at once, or have. */
export function tasksStarted(sc: SparkContext, count: number): Promise<void> {
  let started = 0
  return once(sc, done => ({
    onTaskStart: () => {
      if (++started === count) done()
    },
  }))
}

function once(sc: SparkContext, make: (done: () => void) => SparkListener): Promise<void> {
  return new Promise(resolve => {
    const listener = make(() => {
      sc.removeSparkListener(listener)
      resolve()
    })
    sc.addSparkListener(listener)
  })
}
