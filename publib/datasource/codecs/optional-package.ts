import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Packages that were found: asked for each of many files. */
const found = new Set<string>()

/** Whether a package that need not be installed is there. */
export function hasPackage(name: string): boolean {
  if (found.has(name)) return true
  try {
    require.resolve(name)
    found.add(name)
    return true
  } catch {
    return false
  }
}

/** A package that need not be installed: loaded where it is first needed, at once, since tasks read synchronously. */
export function loadPackage<T>(name: string): T {
  return require(name) as T
}
