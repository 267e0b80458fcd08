import { type Expression, either } from './making.ts'

/** What an expression is made of. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case 'item':
    case 'field':
    case 'unary':
    case 'itemAtPlace':
      return [expression.of]
    case 'each':
    case 'select':
      return [expression.of, expression.body]
    case 'tuple':
      return expression.items
    case 'record':
    case 'template':
      return expression.values
    case 'binary':
    case 'logical':
      return [expression.left, expression.right]
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise]
    case 'call':
      return expression.arguments
    case 'method':
      return [expression.of, ...expression.arguments]
    default:
      return []
  }
}

/** The expression with other parts. */
export function withParts(
  expression: Expression,
  change: (part: Expression) => Expression,
): Expression {
  switch (expression.op) {
    case 'item':
    case 'field':
    case 'unary':
    case 'itemAtPlace':
      return { ...expression, of: change(expression.of) }
    case 'each':
    case 'select':
      return { ...expression, of: change(expression.of), body: change(expression.body) }
    case 'tuple':
      return { ...expression, items: expression.items.map(change) }
    case 'record':
    case 'template':
      return { ...expression, values: expression.values.map(change) }
    case 'binary':
    case 'logical':
      return { ...expression, left: change(expression.left), right: change(expression.right) }
    case 'conditional':
      return either(change(expression.test), change(expression.then), change(expression.otherwise))
    case 'call':
      return { ...expression, arguments: expression.arguments.map(change) }
    case 'method':
      return {
        ...expression,
        of: change(expression.of),
        arguments: expression.arguments.map(change),
      }
    default:
      return expression
  }
}
