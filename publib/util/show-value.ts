const TEXT_MAX = 120

/** A value as it stands in a message: short, on one line, and never a reason to fail. */
export function showValue(value: unknown, depth = 0): string {
  try {
    return cut(show(value, depth))
  } catch {
    return 'a value that cannot be shown'
  }
}

function show(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(cut(value))
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (depth >= 3) return Array.isArray(value) ? '[…]' : '{…}'
  if (Array.isArray(value)) {
    const items = value.slice(0, 8).map(item => show(item, depth + 1))
    return `[${items.join(', ')}${value.length > 8 ? ', …' : ''}]`
  }
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)
    ?.constructor?.name
  const keys = Object.keys(value)
  const fields = keys
    .slice(0, 8)
    .map(key => `${key}: ${show((value as Record<string, unknown>)[key], depth + 1)}`)
  const body = `{${fields.join(', ')}${keys.length > 8 ? ', …' : ''}}`
  return name === 'Object' || name === undefined ? body : `${name} ${body}`
}

function cut(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text
}
