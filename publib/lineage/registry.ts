import type { ActionClass } from './action.ts'
import * as actions from './actions/index.ts'
import { unknownTag } from './errors.ts'
import type { OperatorClass } from './operator.ts'
import * as operators from './operators/index.ts'

/** Every operator that may stand in a stage, by its tag. */
const operatorsByTag = new Map<string, OperatorClass>(
  [
    operators.AsKeys,
    operators.CoGrouped,
    operators.Coalesce,
    operators.Empty,
    operators.FilterElements,
    operators.FlatMapElements,
    operators.FlatMapValues,
    operators.Glom,
    operators.JoinGroups,
    operators.KeyBy,
    operators.Keys,
    operators.MapAsync,
    operators.MapElements,
    operators.MapPartitions,
    operators.MapValues,
    operators.NumberRange,
    operators.ParallelCollection,
    operators.Shuffled,
    operators.SourceScan,
    operators.Spread,
    operators.Union,
    operators.Values,
  ].map((operator: OperatorClass) => [operator.tag, operator]),
)

/** Every action that a result stage may run, by its tag. */
const actionsByTag = new Map<string, ActionClass>(
  [
    actions.Aggregate,
    actions.Collect,
    actions.Count,
    actions.CountByValue,
    actions.Foreach,
    actions.Reduce,
    actions.RunFunction,
    actions.SampleKeys,
    actions.SaveText,
    actions.Sum,
    actions.Take,
    actions.TakeOrdered,
  ].map((action: ActionClass) => [action.tag, action]),
)

/** @throws VERSION_MISMATCH for a tag that nobody here knows */
export function operatorClass(tag: string): OperatorClass {
  const found = operatorsByTag.get(tag)
  if (found === undefined) throw unknownTag('operator', tag)
  return found
}

/** @throws VERSION_MISMATCH for a tag that nobody here knows */
export function actionClass(tag: string): ActionClass {
  const found = actionsByTag.get(tag)
  if (found === undefined) throw unknownTag('action', tag)
  return found
}
