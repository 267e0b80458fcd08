// What executors need of closures, without the parser and the inspector that only drivers use.
export { registerReviver, type ShippedAs, shipAs } from '../shipping-hooks.ts'
export { type Compiled, type CompileOptions, compile, type Variant } from './compile.ts'
