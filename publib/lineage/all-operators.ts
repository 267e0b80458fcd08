import * as actions from './actions/index.ts'
import * as operators from './operators/index.ts'
import { knowClass } from './registry.ts'

/** The tags of all operators and actions: a driver, which has loaded them all, decodes stages without loading anything. */
export const allTags = {
  operators: Object.values(operators).flatMap(operator => {
    if (typeof operator !== 'function' || !('decode' in operator)) return []
    knowClass('operator', operator)
    return [operator.tag]
  }),
  actions: Object.values(actions).flatMap(action => {
    if (typeof action !== 'function' || !('decode' in action)) return []
    knowClass('action', action)
    return [action.tag]
  }),
}
