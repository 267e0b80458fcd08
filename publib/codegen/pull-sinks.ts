import { EMIT_RECORDS } from '#publib/lineage/tasks'
import type { Sink } from './sink.ts'
import { asValue } from './step.ts'

/** The elements of a batch as one batch. */
export const asBatch: Sink = {
  ...{ tag: 'batch', roots: [], yields: false },
  begin: 'const out = []\n',
  write: (element, names) => asValue(element, names, x => `out.push(${x})\n`),
  end: 'return out\n',
}

/** Batches of bounded size; what is left waits for the next batch of the source. */
export const asBatches: Sink = {
  ...{ tag: 'batches', roots: [], yields: true },
  begin: 'let out = s.out\n',
  write: (element, names) =>
    asValue(
      element,
      names,
      x => `if (out.push(${x}) === ${EMIT_RECORDS}) { s.out = []; yield out; out = s.out }\n`,
    ),
  end: '',
}
