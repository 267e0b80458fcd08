import type { RDD, SparkContext } from '#driver'
import type { Node, Program, ProgramAction } from './program.ts'

/** How many rows, the sum of their numbers, and a hash of them that does not depend on their order. */
type Digest = [count: number, sum: number, hash: number]
type Row = [key: number, digest: Digest]

/** What an action gave, in one order whatever order it came in. */
export type Answer = string

const PRIME = 1_000_003

// ── The functions of the programs: they travel as users' functions do

function rowOf(number: number, keys: number): Row {
  return [(number * 7) % keys, [1, number, (number * number * 31 + 17) % PRIME]]
}

function add(a: Digest, b: Digest): Digest {
  return [a[0] + b[0], a[1] + b[1], (a[2] + b[2]) % PRIME]
}

/** Of two sides that must not be mistaken for each other. */
function mix(a: Digest, b: Digest): Digest {
  return [a[0] + b[0], a[1] + 2 * b[1], (a[2] * 3 + b[2] * 5) % PRIME]
}

function addAll(digests: Iterable<Digest>): Digest {
  let total: Digest = [0, 0, 0]
  for (const digest of digests) total = add(total, digest)
  return total
}

/** Runs a program and gives the answers of its actions in their order. */
export async function runProgram(sc: SparkContext, program: Program): Promise<readonly Answer[]> {
  const rdds: RDD<Row>[] = []
  for (const node of program.nodes) rdds.push(build(sc, node, rdds))
  const run = (action: ProgramAction): Promise<Answer> =>
    runAction(sc, action, rdds[action.input]!, isSorted(program, action.input))
  if (program.isConcurrent) return allOf(program.actions.map(run))
  const answers: Answer[] = []
  for (const action of program.actions) answers.push(await run(action))
  return answers
}

/** All, also when one fails: none is left running. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map(each => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}

function isSorted({ nodes }: Program, at: number): boolean {
  return nodes[at]!.kind === 'sortByKey'
}

function build(sc: SparkContext, node: Node, rdds: readonly RDD<Row>[]): RDD<Row> {
  switch (node.kind) {
    case 'parallelize': {
      const { count, keys, slices } = node
      const rows = Array.from({ length: count }, (_, number) => rowOf(number, keys))
      return sc.parallelize(rows, slices)
    }
    case 'range': {
      const { count, keys, slices } = node
      return sc.range(0, count, 1, slices).map(number => rowOf(number, keys))
    }
    case 'union':
      return rdds[node.input]!.union(rdds[node.other]!)
    case 'join':
    case 'cogroup':
      return buildPair(node, rdds[node.input]!, rdds[node.other]!)
    case 'map':
    case 'flatMap':
    case 'filter':
    case 'mapPartitions':
      return buildNarrow(node, rdds[node.input]!)
    default:
      return buildOther(node, rdds[node.input]!)
  }
}

function buildNarrow(
  { kind, a, b }: Extract<Node, { kind: 'map' | 'flatMap' | 'filter' | 'mapPartitions' }>,
  rdd: RDD<Row>,
): RDD<Row> {
  switch (kind) {
    case 'map':
      return rdd.map(([key, digest]): Row => [(key * a + digest[1]) % b, digest])
    case 'flatMap':
      return rdd.flatMap(([key, digest]): Row[] =>
        key % 3 === a
          ? [[key, digest]]
          : [
              [key, digest],
              [(key + 1) % b, mix(digest, [0, a, b])],
            ],
      )
    case 'filter':
      return rdd.filter(([key, digest]) => (key + digest[1]) % b !== a)
    case 'mapPartitions':
      return rdd.mapPartitions(function* (rows) {
        for (const [key, digest] of rows) {
          yield [(key + b) % (b + a), mix(digest, [0, 1, a])] satisfies Row as Row
        }
      })
  }
}

function buildPair(
  { kind, partitions }: Extract<Node, { kind: 'join' | 'cogroup' }>,
  left: RDD<Row>,
  right: RDD<Row>,
): RDD<Row> {
  if (kind === 'join') return left.join(right, partitions).mapValues(([a, b]) => mix(a, b))
  return left.cogroup(right, partitions).mapValues(([a, b]) => mix(addAll(a), addAll(b)))
}

function buildOther(
  node: Exclude<
    Node,
    {
      kind:
        | ('parallelize' | 'range' | 'union' | 'join' | 'cogroup')
        | ('map' | 'flatMap' | 'filter' | 'mapPartitions')
    }
  >,
  rdd: RDD<Row>,
): RDD<Row> {
  switch (node.kind) {
    case 'distinct':
      return rdd.distinct(node.partitions)
    case 'reduceByKey':
      return rdd.reduceByKey(add, node.partitions)
    case 'groupByKey':
      return rdd.groupByKey(node.partitions).mapValues(group => addAll(group))
    case 'aggregateByKey': {
      const zero: Digest = [0, 0, 0]
      return rdd.aggregateByKey(zero, add, add, node.partitions)
    }
    case 'repartition':
      return rdd.repartition(node.partitions)
    case 'coalesce':
      return rdd.coalesce(node.partitions)
    case 'sortByKey':
      return rdd.sortByKey(node.isAscending, node.partitions)
    case 'cache':
      return rdd.map(row => row).cache()
  }
}

async function runAction(
  sc: SparkContext,
  { kind, a }: ProgramAction,
  rdd: RDD<Row>,
  isOrdered: boolean,
): Promise<Answer> {
  switch (kind) {
    case 'collect':
      return rowsInOrder(await rdd.collect(), isOrdered)
    case 'count':
      return `count ${await rdd.count()}`
    case 'sum':
      return `sum ${await rdd.map(([, digest]) => digest[1]).sum()}`
    case 'reduce': {
      const total = rdd.map(([, digest]) => digest)
      return (await rdd.isEmpty()) ? 'empty' : `total ${await total.reduce(add)}`
    }
    case 'countByKey': {
      const counts = [...(await rdd.countByKey())].map(([key, count]) => `${key}:${count}`)
      return `counts ${counts.sort().join(' ')}`
    }
    case 'take':
      // Which rows come first is settled only where they are sorted.
      return `took ${(await rdd.take(a)).length}`
    case 'foreach': {
      const seen = sc.longAccumulator('seen')
      await rdd.foreach(([, digest]) => seen.add(digest[1]))
      return `seen ${seen.value}`
    }
    case 'countedCollect': {
      // In the first map stage, in the second and in the result stage: each counts every row exactly once.
      const [first, second, last] = [1, 2, 3].map(each => sc.longAccumulator(`counter ${each}`))
      const counted = rdd
        .map((row): Row => {
          first!.add(1)
          return row
        })
        .reduceByKey(add, (a % 4) + 1)
        .map((row): Row => {
          second!.add(row[1][0])
          return row
        })
        .groupByKey((a % 3) + 1)
        .map(([key, group]): Row => {
          last!.add(1)
          return [key, addAll(group)]
        })
      const rows = rowsInOrder(await counted.collect(), false)
      return `${rows} counted ${first!.value}, ${second!.value}, ${last!.value}`
    }
  }
}

/** Of equal keys the order is open, so the keys are compared as they came and the rows sorted. */
function rowsInOrder(rows: readonly Row[], isOrdered: boolean): string {
  const keys = isOrdered ? rows.map(([key]) => key).join() : ''
  return `${keys} ${rows.map(row => JSON.stringify(row)).sort()}`
}
