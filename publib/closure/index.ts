export type * as Syntax from './analysis/syntax.ts'
export {
  type Captured,
  type CaptureLimits,
  capture,
  check,
  explain,
  type ShippedFunction,
  type ShippedValue,
} from './capture/capture.ts'
export type { FreeValue, FunctionSource } from './capture/function-source.ts'
export type { ClosureCapture, ClosureReport } from './capture/report.ts'
export { mapStack, userCallSite } from './engine/call-site.ts'
export type { AnyFunction } from './function.ts'
export { type Compiled, type CompileOptions, compile } from './revive/compile.ts'
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
