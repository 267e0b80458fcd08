import { Bundle, type Lineage, type ShuffleDependency } from '#publib/lineage'

/** About what the tasks of a bundle read together. */
const BUNDLE_BYTES = 8 * 1024 * 1024
/** Partitions of one bundle: what is lost with one task, and done again. */
const PARTITIONS_MAX = 64
/** So many tasks are left for executors to share. */
const BUNDLES_MIN = 64
/** Who cuts input into less may mean that each piece is much work. */
const PARTITION_BYTES_MIN = 8 * 1024

/**
 * Which partitions give their records to a shuffle in one task: neighbours that read little, where there are many of them. Each
 * map task costs its files, a list of sizes and a block for every reducer, however little it has. How many there are in a
 * bundle is told from the input alone, never from executors or times, so that equal programs give equal results.
 */
export class Bundling {
  /** What was settled for a shuffle stays, whatever is cached later: its map outputs are numbered by bundles. */
  readonly #settled = new WeakMap<ShuffleDependency, ShuffleDependency>()

  /** The shuffle as its map tasks write it: its parent may be a `Bundle`. */
  of(dependency: ShuffleDependency): ShuffleDependency {
    const settled = this.#settled.get(dependency) ?? bundled(dependency)
    this.#settled.set(dependency, settled)
    return settled
  }
}

function bundled(dependency: ShuffleDependency): ShuffleDependency {
  const { parent } = dependency
  const { numPartitions } = parent
  if (numPartitions < 2 * BUNDLES_MIN) return dependency
  const bytes = bytesReadBy(parent)
  if (bytes === undefined || bytes < numPartitions * PARTITION_BYTES_MIN) return dependency
  const wanted = Math.ceil(Math.max(bytes / BUNDLE_BYTES, numPartitions / PARTITIONS_MAX))
  const numBundles = Math.max(wanted, BUNDLES_MIN)
  if (numBundles * 2 > numPartitions) return dependency
  return { ...dependency, parent: new Bundle(parent, numBundles) }
}

/**
 * About how many bytes of sources a stage reads that ends with `top`; undefined where nobody knows. What comes from a shuffle is
 * grouped, and a group may be much work; what is cached is best computed where it lies.
 */
function bytesReadBy(top: Lineage<unknown>): number | undefined {
  let bytes = 0
  const chain = new Set([top])
  for (const lineage of chain) {
    const own = lineage.about.isCached ? undefined : lineage.inputBytes()
    if (own === undefined) return undefined
    bytes += own
    for (const dependency of lineage.dependencies) {
      if (dependency.kind === 'shuffle') return undefined
      chain.add(dependency.parent)
    }
  }
  return bytes
}
