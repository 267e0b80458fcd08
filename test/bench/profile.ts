import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { simspark } from './engines.ts'
import { type CpuProfile, flamePage, hottest } from './flame.ts'
import { runOnce } from './one-process.ts'
import { secondsText } from './rows.ts'

/** Microseconds between two looks at a thread's stack. */
const INTERVAL_US = 500

/** Runs a workload with the profiler of V8 on, in the driver and in its executor threads, and writes one page of flame pictures. */
export async function profileWorkload(workload: string, data: string, out: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'simspark-profile-'))
  try {
    const [node = '', ...program] = simspark().command(workload, data)
    const flags = ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-interval', `${INTERVAL_US}`]
    const { printed, error } = await runOnce([node, ...flags, ...program], { BENCH_RUNS: '4' }, 600)
    if (error !== undefined) throw new Error(`${workload}: ${error}`)
    const profiles = readdirSync(folder)
      .filter(name => name.endsWith('.cpuprofile'))
      .sort((a, b) => threadOf(a) - threadOf(b))
      .map(name => ({
        title: titleOf(threadOf(name)),
        profile: JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile,
      }))
    const warm =
      printed.warm_s === undefined || printed.warm_s === null
        ? ''
        : `, warm ${secondsText(printed.warm_s)}`
    const title = `${workload}: first ${secondsText(printed.first_s ?? 0)}${warm}`
    writeFileSync(out, flamePage(title, profiles))
    console.log(title)
    for (const { title: thread, profile } of profiles) {
      console.log(`\n${thread}: where its own time goes`)
      for (const { name, ms, share } of hottest(profile, 12)) {
        console.log(
          `  ${ms.toFixed(0).padStart(7)} ms ${(100 * share).toFixed(1).padStart(5)} %  ${name}`,
        )
      }
    }
    console.log(`\nwritten: ${resolve(out)}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The number of the thread in the name of its profile: `CPU.<date>.<time>.<pid>.<thread>.<sequence>.cpuprofile`. */
export function threadOf(name: string): number {
  return Number(name.split('.')[4] ?? 0)
}

function titleOf(thread: number): string {
  return thread === 0 ? 'driver' : `thread ${thread}`
}
