import type { FunctionRecord } from './record.ts'
import type { Trail } from './trail.ts'

/** The trail of a variable that a function uses. */
export function variable(record: FunctionRecord, parent: Trail | undefined, name: string): Trail {
  const usedBy = () => ({
    fn: record.fn,
    text: record.text,
    form: record.analysis.form,
    place: record.place,
  })
  return { parent, step: { kind: 'variable', name, usedBy } }
}
