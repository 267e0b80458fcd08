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
    case 'parts':
      return 'true'
    case 'maybe':
      return `(${element.test} && ${element.text.length} !== 0)`
    case 'text':
      return `(${element.length} !== 0)`
    default:
      return asJs(element, w)
  }
}
