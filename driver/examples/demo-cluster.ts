import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** What was compiled: the commands lie there. */
const compiled = fileURLToPath(new URL('../..', import.meta.url))

/** A daemon of the demo, as `start --json` described it. */
interface Daemon {
  readonly name: string
  readonly cli: string
  /** Several of a kind share a state folder: which of them it is. */
  readonly instance: number
  readonly pid: number
  readonly url: string
  readonly workerId: string | undefined
}

/** What `start --json` prints, as far as the demo needs it. */
interface Started {
  readonly pid: number
  readonly url: string
  readonly details?: { readonly workerId?: string }
}

/** A master and workers of this machine's own, in a folder of their own, started and stopped by the commands that users type. */
export class DemoCluster {
  readonly #folder: string
  readonly #daemons: Daemon[] = []
  /** How long the commands took, each until its daemon was ready. */
  masterStartMs = 0
  workerStartMs = 0

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Starts a master and `workers` workers with `cores` executors each; on a failure nothing stays behind. */
  static async start(workers: number, cores: number): Promise<DemoCluster> {
    const cluster = new DemoCluster(await mkdtemp(join(tmpdir(), 'simspark-demo-')))
    try {
      const before = performance.now()
      await cluster.#start('master', 'master/cli.js', 1)
      const between = performance.now()
      cluster.masterStartMs = between - before
      const instances = Array.from({ length: workers }, (_, i) => i + 1)
      const args = [cluster.master, '--cores', `${cores}`]
      await Promise.all(
        instances.map(i => cluster.#start(`worker-${i}`, 'worker/cli.js', i, ...args)),
      )
      cluster.workerStartMs = performance.now() - between
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  get master(): string {
    return this.#daemons[0]?.url ?? ''
  }

  /** Made by the master at its first start. */
  get secretFile(): string {
    return join(this.#stateDir, 'secret')
  }

  get #stateDir(): string {
    return join(this.#folder, 'state')
  }

  /** A folder for what the demo writes itself; goes with the cluster. */
  get scratch(): string {
    return this.#folder
  }

  describe(): string[] {
    return this.#daemons.map(({ name, pid, url }) => `${name} ${url} (pid ${pid})`).sort()
  }

  /** Kills the worker that holds an executor without warning, as a power cut would. */
  killWorkerOf(executorId: string): string {
    const worker = this.#daemons.find(({ workerId }) => executorId.startsWith(`${workerId}/`))
    if (worker === undefined) throw new Error(`no worker of the demo holds ${executorId}`)
    process.kill(worker.pid, 'SIGKILL')
    return `${worker.name} (pid ${worker.pid})`
  }

  /** Stops everything, workers first, and deletes the folder. */
  async stop(): Promise<void> {
    const [master, ...workers] = this.#daemons.splice(0)
    await Promise.all(workers.map(worker => this.#stop(worker)))
    if (master !== undefined) await this.#stop(master)
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  async #start(name: string, cli: string, instance: number, ...args: string[]): Promise<void> {
    const own = [
      '--state-dir',
      this.#stateDir,
      '--instance',
      `${instance}`,
      '--port',
      '0',
      '--json',
    ]
    const quiet = process.getuid?.() === 0 ? ['--allow-root'] : []
    const { stdout } = await simspark(cli, ['start', ...args, ...own, ...quiet])
    const { pid, url, details } = JSON.parse(stdout) as Started
    this.#daemons.push({ name, cli, instance, pid, url, workerId: details?.workerId })
  }

  async #stop({ cli, instance }: Daemon): Promise<void> {
    await simspark(cli, ['stop', '--state-dir', this.#stateDir, '--instance', `${instance}`])
  }
}

/** Runs one of simSpark's commands and waits for its end. */
async function simspark(cli: string, args: readonly string[]): Promise<{ stdout: string }> {
  const child = spawn(process.execPath, [join(compiled, cli), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${cli} ${args.join(' ')} ended with ${code}\n${stderr}${stdout}`)
  return { stdout }
}

/** The version of simSpark that runs. */
export async function version(): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8')
  return String((JSON.parse(text) as { version: string }).version)
}
