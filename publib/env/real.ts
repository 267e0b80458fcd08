import type { Env, Network } from './env.ts'
import { realClock } from './real-clock.ts'
import { realFiles } from './real-files.ts'
import { realProcesses } from './real-processes.ts'
import { realRandom } from './real-random.ts'
import { realThreads } from './real-threads.ts'

/**
 * The world as it is. The network comes from above, because WebSockets are built on what is here.
 *
 * @example
 * const env = realEnv(webSocketNetwork())
 */
export function realEnv(network: Network): Env {
  return {
    clock: realClock,
    random: realRandom,
    network,
    files: realFiles,
    processes: realProcesses,
    threads: realThreads,
  }
}
