/**
 * The public contract without the members that are not built yet, and without `private` members, which would make its classes
 * comparable by name only. What is left must fit what is built.
 */
export function reduceContract(
  contract: string,
  missing: Readonly<Record<string, readonly string[]>>,
): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown: string[] = []
  let text = contract
  for (const [name, members] of Object.entries(missing)) {
    const { start, end } = bodyOf(text, name)
    const left = new Set(members)
    const kept = membersOf(text.slice(start, end)).filter(member => {
      const own = nameOf(member)
      if (own === undefined) return true
      if (/^\s*private\b|^\s*protected constructor/.test(withoutComments(member))) return false
      if (members.includes(own)) left.delete(own)
      return !members.includes(own)
    })
    unknown.push(...[...left].map(member => `${name}.${member}`))
    text = text.slice(0, start) + kept.join('\n') + text.slice(end)
  }
  // Names members of RDD that may be missing.
  text = text.replace(/^export interface RDDBarrier.*$/m, '')
  return { text, unknown }
}

/** The names of the members of a class or interface, each once. */
export function memberNames(contract: string, name: string): readonly string[] {
  const { start, end } = bodyOf(contract, name)
  const names = membersOf(contract.slice(start, end)).map(nameOf)
  return [...new Set(names.filter(one => one !== undefined))]
}

function bodyOf(text: string, name: string): { readonly start: number; readonly end: number } {
  const head = new RegExp(
    `^export (?:declare (?:abstract )?class|interface) ${name}\\b[^{]*\\{`,
    'm',
  )
  const match = head.exec(text)
  if (match === null) throw new Error(`the contract has no ${name}`)
  const start = match.index + match[0].length
  return { start, end: scan(text, start, (depth, char) => depth === 0 && char === '}') }
}

/** Members end at a `;` or a line end outside of all brackets. */
function membersOf(body: string): readonly string[] {
  const members: string[] = []
  for (let start = 0; start < body.length; ) {
    const end = scan(body, start, (depth, char) => depth === 0 && (char === ';' || char === '\n'))
    const member = body.slice(start, end)
    if (withoutComments(member).trim() !== '') members.push(member)
    start = end + 1
  }
  return members
}

/** The first place from `start` on, outside of comments and strings, that `isEnd` accepts. */
function scan(
  text: string,
  start: number,
  isEnd: (depth: number, char: string) => boolean,
): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const char = text[i]!
    if (text.startsWith('/*', i)) i = text.indexOf('*/', i) + 1
    else if (text.startsWith('//', i)) i = text.indexOf('\n', i) - 1
    else if (char === "'") i = text.indexOf("'", i + 1)
    else if (isEnd(depth, char)) return i
    else if ('({['.includes(char)) depth++
    else if (')}]'.includes(char)) depth--
  }
  return text.length
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

function nameOf(member: string): string | undefined {
  const match =
    /^\s*(?:(?:static|readonly|private|protected|abstract|override) )*(\[Symbol\.\w+\]|\w+)/.exec(
      withoutComments(member),
    )
  return match?.[1]
}
