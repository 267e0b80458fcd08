import type { Node } from './reading.ts'

/** What a part of a text that no shape can say is, as the end of "the function …". */
export function whatIs(node: Node): string {
  switch (node.type) {
    case 'ThisExpression':
    case 'Super':
      return 'uses `this`'
    case 'AwaitExpression':
      return 'awaits'
    case 'YieldExpression':
      return 'yields'
    case 'NewExpression':
      return 'makes an object with `new`'
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      return 'makes a function of its own'
    case 'ClassExpression':
    case 'ClassDeclaration':
      return 'makes a class'
    case 'SpreadElement':
      return 'spreads values with `...`'
    case 'AssignmentExpression':
    case 'UpdateExpression':
      return 'assigns within an expression'
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return 'has a loop'
    case 'ThrowStatement':
      return 'throws'
    case 'TryStatement':
      return 'has a `try`'
    case 'TaggedTemplateExpression':
      return 'has a tagged template'
    case 'ImportExpression':
    case 'MetaProperty':
      return 'uses `import` or `new.target`'
    default:
      return `has something that is not simple (${node.type})`
  }
}
