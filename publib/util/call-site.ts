import type { CallSite } from './errors.ts'

/** `word-count.ts:12`, as it stands in names of stages and in messages. */
export function describeCallSite(callSite: CallSite): string {
  const file = callSite.file.slice(callSite.file.lastIndexOf('/') + 1)
  return `${file}:${callSite.line}`
}
