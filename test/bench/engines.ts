import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WORKLOADS } from './options.ts'

/** How an engine's program is called for a workload. */
export interface Engine {
  readonly name: string
  readonly command: (workload: string, data: string) => readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The workloads that its program knows. */
  readonly workloads: readonly string[]
}

/** The programs of the peers lie with the sources: they are no TypeScript. */
export const peersFolder = fileURLToPath(new URL('../../../test/bench/peers', import.meta.url))

const adapter = fileURLToPath(new URL('./adapter.js', import.meta.url))
const coldCluster = fileURLToPath(new URL('./programs/cold-cluster.js', import.meta.url))

/** Ours; `form` is the form that the workloads' functions have. */
export function simspark(form: 'plain' | 'disguised' = 'plain', name = 'simspark'): Engine {
  return {
    name,
    command: (workload, data) => {
      const program = workload === 'W13' ? [coldCluster] : [adapter, workload, data]
      return [process.execPath, ...program]
    },
    env: { BENCH_FORM: form },
    workloads: WORKLOADS,
  }
}

const FRAMES = ['W1A', 'W1B', 'W2', 'W5', 'W6S', 'W6D', 'W7', 'W11', 'W12']
const ALL = WORKLOADS.filter(workload => workload !== 'W13')

/** The engines that `setup.sh` has installed into a folder; two cores each, 6 GB for Spark's driver. */
export function peerEngines(peers: string): Engine[] {
  const python = join(peers, 'venv/py/bin/python')
  const sparkPython = join(peers, 'venv/spark/bin/python')
  const spark = sparkHome(peers)
  const sparkEnv = {
    SPARK_HOME: spark,
    PYSPARK_PYTHON: sparkPython,
    PYSPARK_SUBMIT_ARGS: '--driver-memory 6g --conf spark.ui.enabled=false pyspark-shell',
  }
  const memory = ['--driver-memory', '6g', '--conf', 'spark.ui.enabled=false']
  const jar = join(peers, 'spark-scala/bench.jar')
  const submit = [join(spark, 'bin/spark-submit'), ...memory, '--class', 'Bench', jar]
  const node = join(peersFolder, 'node/bench.mjs')
  const cluster = join(peersFolder, 'faults/cluster.mjs')
  const engines: Engine[] = [
    {
      name: 'spark-scala',
      command: (workload, data) =>
        workload === 'W13'
          ? [process.execPath, cluster, 'exec', 'spark', ...submit, 'W2', data]
          : [...submit, workload, data],
      env: { ...sparkEnv, BENCH_PEERS: peers },
      workloads: WORKLOADS,
    },
    program('spark-py', [sparkPython], 'spark-py/rdd.py', ALL, sparkEnv),
    program('spark-sql', [sparkPython], 'spark-py/sql.py', [...FRAMES, 'W3', 'W4'], sparkEnv),
    program('dask-bag', [python], 'dask/bench.py', BAGS, { MODE: 'bag' }),
    program(
      'dask-df',
      [python],
      'dask/bench.py',
      FRAMES.filter(w => w !== 'W2'),
      { MODE: 'df' },
    ),
    program('ray', [python], 'ray/bench.py', RAY),
    program('skale', [process.execPath], 'skale/bench.cjs', SKALE, {
      ...{ NODE_PATH: join(peers, 'node-skale/node_modules'), SKALE_WORKERS: '2', TASKS: '2000' },
    }),
    program('duckdb', [python], 'duckdb/bench.py', FRAMES),
    program('polars', [python], 'polars/bench.py', FRAMES, { POLARS_MAX_THREADS: '2' }),
    {
      name: 'node',
      command: (workload, data) => [
        process.execPath,
        '--max-old-space-size=8192',
        node,
        workload,
        data,
      ],
      env: {},
      workloads: ALL.filter(w => w !== 'W3' && w !== 'W4'),
    },
  ]
  return engines
}

const BAGS = ['W1A', 'W1B', 'W2', 'W3', 'W4', 'W5', 'W8', 'W10', 'W11', 'W12']
const RAY = ['W1A', 'W1B', 'W2', 'W3', 'W4', 'W5', 'W6D', 'W7', 'W8', 'W11', 'W12']
const SKALE = ['W1A', 'W1B', 'W2', 'W3', 'W4', 'W5', 'W6S', 'W7', 'W8', 'W12']

function program(
  name: string,
  interpreter: readonly string[],
  path: string,
  workloads: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Engine {
  const command = (workload: string, data: string): string[] => [
    ...interpreter,
    join(peersFolder, path),
    workload,
    data,
  ]
  return { name, command, env: { PYTHONPATH: peersFolder, ...env }, workloads }
}

function sparkHome(peers: string): string {
  const lib = join(peers, 'venv/spark/lib')
  if (!existsSync(lib)) {
    throw new Error(`${peers} holds no peers: test/bench/peers/setup.sh ${peers} installs them`)
  }
  return join(lib, readdirSync(lib)[0] ?? '', 'site-packages/pyspark')
}
