export type { FunctionShape } from '../shape.ts'
export { decodeShape, encodeShape, type ShapeText } from '../shape-text.ts'
export { areUntouched } from './untouched.ts'
export { pathsOfMethod } from './watched.ts'
