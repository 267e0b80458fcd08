/** More different texts are not compiled in one thread: shapes that are endless in number would fill its memory. */
const TEXTS_MAX = 1024

const compiled = new Map<string, unknown>()
let isAllowed: boolean | undefined

/**
 * The function that a text returns, compiled once in a thread for each `key`. Undefined where code generation is forbidden, or
 * too much was generated already: callers have a slower way of their own. No user's text may stand in it but as a quoted literal.
 */
export function compileText<F>(key: string, textOf: () => string): F | undefined {
  const known = compiled.get(key)
  if (known !== undefined) return known as F
  if (compiled.size === TEXTS_MAX || !canCompile()) return undefined
  const made: unknown = new Function(textOf())()
  compiled.set(key, made)
  return made as F
}

/** False under `--disallow-code-generation-from-strings`. */
function canCompile(): boolean {
  if (isAllowed !== undefined) return isAllowed
  try {
    isAllowed = new Function('return true')() === true
  } catch {
    isAllowed = false
  }
  return isAllowed
}
