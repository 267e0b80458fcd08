/** Whether a path holds a pattern: `*`, `?`, `[…]`, `{…}` or `!(…)`. */
export function isPattern(path: string): boolean {
  return /[*?]|\[[^\]]*\]|\{[^}]*\}|[!+@]\(/.test(path)
}

/** Files and folders that a pattern matches, absolute; loaded only where there is a pattern. */
export async function expandPattern(pattern: string): Promise<string[]> {
  const { glob } = await import('tinyglobby')
  return glob(pattern, { absolute: true, onlyFiles: false, expandDirectories: false, dot: false })
}
