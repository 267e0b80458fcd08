export { mapStack, userCallSite } from './call-site.ts'
export {
  type Captured,
  type CaptureLimits,
  capture,
  check,
  explain,
  type ShippedFunction,
  type ShippedValue,
} from './capture.ts'
export { type Compiled, type CompileOptions, compile } from './compile.ts'
export type { AnyFunction } from './function.ts'
export type { ClosureCapture, ClosureReport } from './report.ts'
export {
  bind,
  registerReviver,
  registerShippable,
  type ShippedAs,
  shipAs,
  type Unshippable,
  unshippable,
} from './shipping-hooks.ts'
export type { PackageNeed } from './wire.ts'
