/** What a child inherits of its parent's environment. Secrets are never among it, and nothing that loads code or opens an inspector. */
const PASSED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'TZ',
  'TMPDIR',
  'NODE_ENV',
  'NODE_V8_COVERAGE',
]

/** The harmless part of an environment, for a process of ours that is started by another. */
export function passedEnvironment(
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const passed = Object.entries(own).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (PASSED.includes(entry[0]) || entry[0].startsWith('LC_')),
  )
  return Object.fromEntries(passed)
}
