import type { Cancellable, Clock, Env, Processes, Threads } from '#publib/env'
import { simFiles } from './sim-files.ts'
import type { SimNetwork } from './sim-network.ts'
import type { SimProcess, World } from './world.ts'

/** Milliseconds since 1970 at the start of every simulation. */
const WALL_MS = 1_800_000_000_000

/** Everything that a shell may ask for, as one simulated process finds it. */
export function simEnv(
  world: World,
  network: SimNetwork,
  process: SimProcess,
  processes: Processes,
): Env {
  const random = world.random.fork()
  return {
    clock: simClock(world, process),
    random: { bytes: size => random.bytes(size), number: () => random.number() },
    network: network.of(process),
    files: simFiles(world, process),
    processes,
    threads: noThreads,
  }
}

export function simClock(world: World, process: SimProcess): Clock {
  return {
    now: () => world.now,
    wallTime: () => WALL_MS + Math.floor(world.now),
    after: (delayMs, call) => world.after(delayMs, () => process.enter(call)),
    every: (periodMs, call) => every(world, process, periodMs, call),
  }
}

/** As with real timers, a pause makes it late once, not many times at once. */
function every(world: World, process: SimProcess, periodMs: number, call: () => void): Cancellable {
  let isCancelled = false
  let next: Cancellable
  const plan = (): void => {
    next = world.after(periodMs, () => {
      if (!process.isAlive) return
      process.enter(() => {
        if (isCancelled) return
        plan()
        call()
      })
    })
  }
  plan()
  return {
    cancel: () => {
      isCancelled = true
      next.cancel()
    },
  }
}

/** What would be a thread is run in the simulated process itself, by whoever builds it. */
const noThreads: Threads = {
  start: ({ entry }) => {
    throw new TypeError(`no thread is simulated, so not ${entry} either`)
  },
}
