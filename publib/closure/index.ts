export { mapStack, userCallSite } from './call-site.ts'
export type { AnyFunction } from './function.ts'
export {
  bind,
  registerReviver,
  registerShippable,
  type ShippedAs,
  shipAs,
  type Unshippable,
  unshippable,
} from './shipping-hooks.ts'
