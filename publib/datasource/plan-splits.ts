import type { FileRange, InputFile, Split } from './input-file.ts'

export interface SplitOptions {
  /** A split has no more bytes than that, where files can be cut. Default 64 MiB. */
  readonly splitBytesMax?: number | undefined
}

const SPLIT_BYTES_MAX = 64 * 1024 * 1024
/** The last split of a file may be so much larger, so that no crumbs are left. */
const SLACK = 1.1
/** From so many files on small ones share a split. */
const FILES_APART_MAX = 1000
/** What opening a file costs, in bytes that could be read meanwhile. */
const OPEN_COST_BYTES = 256 * 1024

/**
 * How files are cut into splits: each of about `total / minPartitions` bytes, none above the limit. Like Spark's, a file has a
 * split of its own at least, unless there are thousands of files, which are then packed in their order. Compressed files
 * are not cut. Pure: the same files give the same splits.
 */
export function planSplits(
  files: readonly InputFile[],
  minPartitions: number,
  options: SplitOptions = {},
): Split[] {
  const total = files.reduce((sum, file) => sum + file.size, 0)
  const goal = Math.ceil(total / Math.max(1, minPartitions))
  const size = Math.max(1, Math.min(goal, options.splitBytesMax ?? SPLIT_BYTES_MAX))
  const ranges = files.flatMap(file => rangesOf(file, size))
  if (files.length <= FILES_APART_MAX) return ranges.map(range => ({ ranges: [range] }))
  return packed(ranges, size, total, minPartitions)
}

/** Whole files in about `minPartitions` splits of about equal bytes, in their order: what cannot be cut. */
export function planWholeFiles(files: readonly InputFile[], minPartitions: number): Split[] {
  const total = files.reduce((sum, file) => sum + file.size, 0)
  const cost = total + files.length * OPEN_COST_BYTES
  const target = Math.min(SPLIT_BYTES_MAX, Math.ceil(cost / Math.max(1, minPartitions)))
  const ranges = files.map(({ path, size, codec }) => ({ path, start: 0, end: size, size, codec }))
  return filled(ranges, target)
}

function rangesOf(file: InputFile, splitBytes: number): FileRange[] {
  const { path, size, codec } = file
  if (codec !== 'none') return [{ path, start: 0, end: size, size, codec }]
  const ranges: FileRange[] = []
  let start = 0
  while ((size - start) / splitBytes > SLACK) {
    ranges.push({ path, start, end: start + splitBytes, size, codec })
    start += splitBytes
  }
  if (start < size || size === 0) ranges.push({ path, start, end: size, size, codec })
  return ranges
}

function packed(
  ranges: readonly FileRange[],
  splitBytes: number,
  total: number,
  minPartitions: number,
): Split[] {
  const cost = total + ranges.length * OPEN_COST_BYTES
  const target = Math.max(splitBytes, Math.ceil(cost / Math.max(minPartitions, FILES_APART_MAX)))
  return filled(ranges, target)
}

/** Ranges one after another in splits of at most `target` bytes, opening files included; a larger range stands alone. */
function filled(ranges: readonly FileRange[], target: number): Split[] {
  const splits: Split[] = []
  let current: FileRange[] = []
  let held = 0
  for (const range of ranges) {
    const weight = range.end - range.start + OPEN_COST_BYTES
    if (current.length > 0 && held + weight > target) {
      splits.push({ ranges: current })
      current = []
      held = 0
    }
    current.push(range)
    held += weight
  }
  if (current.length > 0) splits.push({ ranges: current })
  return splits
}
