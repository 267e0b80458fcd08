/** The one door to acorn: source texts to syntax trees. */
import { createRequire } from 'node:module'
import type {
  AnyNode,
  ArrowFunctionExpression,
  ClassExpression,
  FunctionExpression,
  MethodDefinition,
  Options,
  Program,
  Property,
} from 'acorn'

export type {
  AnyNode,
  ClassBody,
  Expression,
  FunctionDeclaration,
  Identifier,
  MemberExpression,
  MethodDefinition,
  Pattern,
  Program,
  PropertyDefinition,
  Statement,
  VariableDeclarator,
} from 'acorn'

export type FunctionNode = ArrowFunctionExpression | FunctionExpression
export type ClassNode = ClassExpression

/** How a function's text must be wrapped to be an expression. */
export type FunctionForm = 'arrow' | 'function' | 'method' | 'class'

/** One function's text as a tree. Positions count from the wrapped text: subtract `offset`. */
export type ParsedFunction = {
  readonly offset: number
  /** Whether the text is only valid as sloppy code. */
  readonly sloppyOnly: boolean
} & (
  | { readonly form: 'arrow' | 'function'; readonly node: FunctionNode }
  | { readonly form: 'class'; readonly node: ClassNode }
  | {
      readonly form: 'method'
      readonly node: FunctionExpression
      readonly member: Property | MethodDefinition
      readonly isPrivate: boolean
    }
)

const options: Options = {
  ecmaVersion: 'latest',
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
  allowReturnOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowHashBang: true,
}

type SourceType = 'module' | 'script'
type Parse = (text: string, options: Options) => Program

const require = createRequire(import.meta.url)
let loaded: Parse | undefined

/** Loaded by the first function that is read, while executor threads start beside it. */
const parse: Parse = (text, asked) => {
  loaded ??= (require('acorn') as { readonly parse: Parse }).parse
  return loaded(text, asked)
}

/** Parses what `Function.prototype.toString` gave; undefined where that is no JavaScript. */
export function parseFunction(text: string, isMethod: boolean): ParsedFunction | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    const parsed =
      (isMethod ? undefined : parseExpression(text, sourceType)) ??
      parseMethod(text, sourceType) ??
      parseClassMember(text, sourceType)
    if (parsed) return parsed
  }
  return undefined
}

/** A whole file as a module; undefined where it is none. */
export function parseModule(text: string): Program | undefined {
  return tryParse(text, 'module')
}

function tryParse(text: string, sourceType: SourceType): Program | undefined {
  try {
    return parse(text, { ...options, sourceType })
  } catch {
    return undefined
  }
}

function onlyExpression(text: string, sourceType: SourceType): AnyNode | undefined {
  const body = tryParse(text, sourceType)?.body
  const statement = body?.length === 1 ? body[0] : undefined
  return statement?.type === 'ExpressionStatement' ? statement.expression : undefined
}

function parseExpression(text: string, sourceType: SourceType): ParsedFunction | undefined {
  const node = onlyExpression(`(${text}\n)`, sourceType)
  const place = { offset: 1, sloppyOnly: sourceType === 'script' }
  switch (node?.type) {
    case 'ArrowFunctionExpression':
      return { ...place, form: 'arrow', node }
    case 'FunctionExpression':
      return { ...place, form: 'function', node }
    case 'ClassExpression':
      return { ...place, form: 'class', node: node as ClassNode }
    default:
      return undefined
  }
}

function parseMethod(text: string, sourceType: SourceType): ParsedFunction | undefined {
  const node = onlyExpression(`({${text}\n})`, sourceType)
  const member = node?.type === 'ObjectExpression' ? node.properties[0] : undefined
  if (member?.type !== 'Property' || !(member.method || member.kind !== 'init')) return undefined
  if (member.value.type !== 'FunctionExpression') return undefined
  const place = { offset: 2, sloppyOnly: sourceType === 'script' }
  return { ...place, form: 'method', node: member.value, member, isPrivate: false }
}

function parseClassMember(text: string, sourceType: SourceType): ParsedFunction | undefined {
  const node = onlyExpression(`(class{${text}\n})`, sourceType)
  const members = node?.type === 'ClassExpression' ? node.body.body : []
  const member = members.length === 1 ? members[0] : undefined
  if (member?.type !== 'MethodDefinition') return undefined
  const isPrivate = member.key.type === 'PrivateIdentifier'
  return { offset: 7, sloppyOnly: false, form: 'method', node: member.value, member, isPrivate }
}
