import { asJs } from './as-js.ts'
import type { Element } from './element.ts'
import type { LoopWriter } from './loop-writer.ts'

/** Text of a condition: whether the element is true, as JavaScript takes it. */
export function truth(element: Element, w: LoopWriter): string {
  switch (element.kind) {
    case 'absent':
      return 'false'
    case 'tuple':
    case 'record':
      return 'true'
    case 'text':
      return `(${element.length} !== 0)`
    default:
      return asJs(element, w)
  }
}
