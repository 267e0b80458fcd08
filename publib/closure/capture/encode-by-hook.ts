/** Objects that say themselves how they travel. */
import { hooksOf, shipAsMethod } from '../shipping-hooks.ts'
import type { NodeId } from '../wire.ts'
import type { Encoder } from './encoder.ts'
import { part, type Trail } from './trail.ts'

/** False for objects that say nothing. */
export function encodeByHook(encoder: Encoder, value: object, id: NodeId, trail: Trail): boolean {
  const ship = shipAsMethod(value)
  if (ship) {
    const { kind, data } = ship()
    encoder.later(() => {
      encoder.nodes[id] = { t: 'revived', kind, data: encoder.encode(data, part(trail, '')) }
    })
    return true
  }
  const hooks = hooksOf(value)
  if (!hooks) return false
  encoder.later(() => {
    const data = encoder.encode((hooks.ship as (instance: object) => unknown)(value), trail)
    const fn = encoder.encode(hooks.revive, part(trail, '(its revive hook)'))
    encoder.nodes[id] = { t: 'call', fn, parameters: [data] }
  })
  return true
}
