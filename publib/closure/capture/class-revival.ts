/**
 * Instances with private fields can only be made by their class's constructor. The constructor is rewritten so that, called for
 * a revival (`new.target` is `$$Revival`), it adds the fields and runs nothing of the user's; a setter then fills them.
 */

import type { AnyNode, MethodDefinition, PropertyDefinition } from '../analysis/syntax.ts'
import type { Encoded } from '../wire.ts'
import { classHasPrivates } from './encode-privates.ts'
import type { Encoder } from './encoder.ts'
import type { FunctionRecord } from './record.ts'

type Member = MethodDefinition | PropertyDefinition

/** Adds the edits that make a class revivable; false for all others. */
export function revivableEdits(encoder: Encoder, record: FunctionRecord): boolean {
  const { analysis, fn, node, edits } = record
  const { classNode, offset } = analysis
  if (node.t !== 'class' || !classNode || !classHasPrivates(fn)) return false
  const isBase = node.superClass === undefined
  const isParentOurs = !isBase && isByValue(encoder, node.superClass)
  const insert = (position: number, text: string): void => {
    edits.push({ start: position - offset, end: position - offset, text })
  }
  const instanceMembers = classNode.body.body.filter(
    (member): member is Member => member.type !== 'StaticBlock' && !member.static,
  )
  for (const member of instanceMembers) {
    if (member.type !== 'PropertyDefinition' || !member.value || isPure(member.value)) continue
    insert(member.value.start, '$$Revival.isOn?void 0:(')
    insert(member.value.end, ')')
  }
  const written = instanceMembers.find(
    member => member.type === 'MethodDefinition' && member.kind === 'constructor',
  )
  const stop = isBase
    ? 'if(new.target===$$Revival)return;'
    : `if(new.target===$$Revival){super(${isParentOurs ? '...arguments' : ''});return}`
  if (written?.value?.type === 'FunctionExpression') {
    insert(written.value.body.start + 1, stop)
  } else if (!isBase && !isParentOurs) {
    insert(
      classNode.body.start + 1,
      'constructor(...$$given){super(...(new.target===$$Revival?[]:$$given))}',
    )
  }
  const set = privateFieldNames(record).map(
    name => `if(${JSON.stringify(name)} in values)object.${name}=values[${JSON.stringify(name)}];`,
  )
  insert(classNode.body.end - 1, `static{$$setPrivates=(object,values)=>{${set.join('')}}}`)
  return true
}

function isByValue(encoder: Encoder, encoded: Encoded | undefined): boolean {
  const id = Array.isArray(encoded) ? encoded[0] : undefined
  return typeof id === 'number' && encoder.nodes[id]?.t === 'class'
}

export function privateFieldNames(record: FunctionRecord): string[] {
  const members = record.analysis.classNode?.body.body ?? []
  return members.flatMap(member => {
    const isField = member.type === 'PropertyDefinition' && !member.static
    return isField && member.key.type === 'PrivateIdentifier' ? [`#${member.key.name}`] : []
  })
}

/** Whether evaluating an initialiser runs nothing and can be left in place. */
function isPure(node: AnyNode): boolean {
  switch (node.type) {
    case 'Literal':
    case 'Identifier':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return true
    case 'ArrayExpression':
      return node.elements.every(each => each !== null && isPure(each))
    case 'ObjectExpression':
      return node.properties.every(
        each => each.type === 'Property' && !each.computed && isPure(each.value),
      )
    case 'UnaryExpression':
      return isPure(node.argument)
    default:
      return false
  }
}
