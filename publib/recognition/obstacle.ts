import type { FunctionSource } from '#publib/closure'
import type { CallSite } from '#publib/util'

/** What keeps a function from having a shape, as a predicate: `has a loop`. */
export interface Obstacle {
  readonly what: string
  /** Its position in the function's tree. */
  readonly at: number
  /** What is the matter with the function that is called there: the captured one of that name. */
  readonly inside?: { readonly name: string; readonly obstacle: Obstacle } | undefined
}

/** Ends the reading of a function that is not simple. */
export class NotSimple extends Error {
  readonly obstacle: Obstacle

  constructor(obstacle: Obstacle) {
    super(obstacle.what)
    this.obstacle = obstacle
  }
}

export function notSimple(what: string, node: { readonly start: number }): NotSimple {
  return new NotSimple({ what, at: node.start })
}

/** In words for the user: `calls \`f\` (a.ts:3:7), which is not simple: it has a loop (a.ts:9:3)`. */
export function obstacleText(obstacle: Obstacle, source: FunctionSource): string {
  const parts: string[] = []
  let at: FunctionSource | undefined = source
  for (let each: Obstacle | undefined = obstacle; each; each = each.inside?.obstacle) {
    const place: string = at === undefined ? '' : ` (${placeText(at.placeAt(each.at))})`
    parts.push(`${each.what}${place}`)
    const inner: ReturnType<FunctionSource['freeValue']> | undefined =
      each.inside && at?.freeValue(each.inside.name)
    at = inner?.kind === 'function' ? inner.source : undefined
  }
  return parts.join(', which is not simple: it ')
}

function placeText({ file, line, column }: CallSite): string {
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`
}
