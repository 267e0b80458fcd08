import type { Root } from '#publib/lineage'
import type { Element, Names } from './step.ts'

/**
 * What takes the elements at the end of a loop. What it gathers stands in an object, `s` in the text, from batch to batch:
 * `begin` and `end` carry it into the variables of one call of the loop and out of them again.
 */
export interface Sink {
  readonly tag: string
  readonly roots: readonly Root[]
  readonly begin: string
  write(element: Element, names: Names): string
  readonly end: string
  /** Whether the text yields batches. */
  readonly yields: boolean
}
