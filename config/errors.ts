import { SimSparkError } from '#publib/util'

/** One thing that is wrong with the settings, in words that name its place. */
export interface SettingProblem {
  readonly kind: 'unknown' | 'invalid'
  readonly text: string
}

const SHOWN_MAX = 5

/** All that is wrong with the settings, in one error. */
export function settingsRefused(problems: readonly SettingProblem[]): SimSparkError {
  const shown = problems.slice(0, SHOWN_MAX).map(problem => problem.text)
  const rest = problems.length - shown.length
  if (rest > 0) shown.push(`and ${rest.toLocaleString('en-US')} more`)
  const code = problems[0]?.kind === 'unknown' ? 'UNKNOWN_SETTING' : 'INVALID_SETTING'
  return new SimSparkError(code, shown.join('\n'), {
    hint: 'simspark config show lists every setting, its value and where the value comes from.',
  })
}

/** A settings file that cannot be read as such; `where` is its path, maybe with line and column. */
export function settingsFileRefused(where: string, why: string, cause?: unknown): SimSparkError {
  return new SimSparkError('INVALID_SETTING', `${where}: ${why}`, { cause })
}

/** What must not be used because others could read or change it. */
export function unsafePath(path: string, why: string): SimSparkError {
  return new SimSparkError('PATH_REFUSED', `${path} ${why}`)
}

/** A text from outside, fit for a message: quoted, control characters escaped, cut at 200. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  const safe = [...text.slice(0, 400)].slice(0, 200).join('').replace(UNSAFE, escapeCharacter)
  return safe.length < text.length && text.length > 200 ? `${safe}…` : safe
}

/** A key from outside, fit for a message. */
export function shownKey(key: string): string {
  const cut = key.length > 200 ? `${key.slice(0, 200)}…` : key
  return cut.replace(UNSAFE, escapeCharacter)
}

/** Control characters, and marks that change the direction of writing. */
const UNSAFE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069]/gu

function escapeCharacter(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
