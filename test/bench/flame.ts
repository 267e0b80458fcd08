/** What V8's profiler writes. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
    }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[]
}

/** A function as it was called from one place, with the time that it and what it calls took. */
export interface Frame {
  readonly name: string
  us: number
  selfUs: number
  readonly children: Map<string, Frame>
}

const IDLE = new Set(['(idle)', '(root)'])

/** The calls of a profile as one tree; what waits is left out. */
export function callTree(profile: CpuProfile): Frame {
  const byId = new Map(profile.nodes.map(node => [node.id, node]))
  const parents = new Map<number, number>()
  for (const { id, children } of profile.nodes)
    for (const child of children ?? []) parents.set(child, id)
  const spent = new Map<number, number>()
  profile.samples.forEach((id, i) => {
    // A sample lasts until the next one.
    spent.set(id, (spent.get(id) ?? 0) + (profile.timeDeltas[i + 1] ?? 0))
  })
  const root: Frame = { name: 'all', us: 0, selfUs: 0, children: new Map() }
  for (const [id, us] of spent) {
    const names: string[] = []
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at)
      if (node !== undefined) names.push(nameOf(node.callFrame))
    }
    const calls = names.reverse().filter(name => name !== '(root)')
    if (us <= 0 || calls.some(name => IDLE.has(name))) continue
    let frame = root
    frame.us += us
    for (const name of calls) {
      let child = frame.children.get(name)
      if (child === undefined) {
        child = { name, us: 0, selfUs: 0, children: new Map() }
        frame.children.set(name, child)
      }
      child.us += us
      frame = child
    }
    frame.selfUs += us
  }
  return root
}

function nameOf({
  functionName,
  url,
  lineNumber,
}: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  return url === '' ? name : `${name} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`
}

/** The functions whose own code took most. */
export function hottest(
  profile: CpuProfile,
  count: number,
): { name: string; ms: number; share: number }[] {
  const root = callTree(profile)
  const own = new Map<string, number>()
  const add = (frame: Frame): void => {
    own.set(frame.name, (own.get(frame.name) ?? 0) + frame.selfUs)
    for (const child of frame.children.values()) add(child)
  }
  add(root)
  return [...own]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([name, us]) => ({ name, ms: us / 1000, share: us / Math.max(1, root.us) }))
}

const WIDTH = 1200
const ROW = 17
/** Narrower frames are not drawn. */
const LEAST_WIDTH = 0.4
/** Narrower ones bear no name. */
const LABEL_WIDTH = 30
const LETTER = 6

/** A page that needs nothing else: a picture a thread, widest where most time goes; a click on a frame fills the width with it. */
export function flamePage(
  title: string,
  profiles: readonly { readonly title: string; readonly profile: CpuProfile }[],
): string {
  const pictures = profiles.map(({ title: thread, profile }) => {
    const root = callTree(profile)
    return `<h2>${markup(thread)}, ${(root.us / 1000).toFixed(0)} ms</h2>\n${picture(root)}`
  })
  return [
    '<!doctype html><meta charset="utf-8">',
    `<title>${markup(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<h1>${markup(title)}</h1>`,
    ...pictures,
    `<script>${SCRIPT}</script>`,
    '',
  ].join('\n')
}

function picture(root: Frame): string {
  const boxes: string[] = []
  let depth = 0
  const draw = (frame: Frame, x: number, level: number): void => {
    const width = (frame.us / Math.max(1, root.us)) * WIDTH
    if (width < LEAST_WIDTH) return
    depth = Math.max(depth, level + 1)
    boxes.push(box(frame, { x, width, level, share: frame.us / Math.max(1, root.us) }))
    let at = x
    for (const child of [...frame.children.values()].sort((a, b) => b.us - a.us)) {
      draw(child, at, level + 1)
      at += (child.us / Math.max(1, root.us)) * WIDTH
    }
  }
  draw(root, 0, 0)
  const height = depth * ROW
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">\n${boxes.join('\n')}\n</svg>`
}

interface Place {
  readonly x: number
  readonly width: number
  readonly level: number
  readonly share: number
}

function box({ name, us, selfUs }: Frame, { x, width, level, share }: Place): string {
  const shown = `${name}: ${(us / 1000).toFixed(1)} ms, ${(100 * share).toFixed(1)} %, its own ${(selfUs / 1000).toFixed(1)} ms`
  const at = `data-name="${markup(name)}" data-x="${x.toFixed(2)}" data-w="${width.toFixed(2)}" data-l="${level}"`
  const left = x.toFixed(1)
  const rect = `<rect x="${left}" y="${level * ROW}" width="${Math.max(0, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="hsl(${hue(name)}, 70%, 72%)"/>`
  const label = width < LABEL_WIDTH ? '' : name.slice(0, Math.floor(width / LETTER))
  const text = `<text x="${(x + 3).toFixed(1)}" y="${level * ROW + 12}">${markup(label)}</text>`
  return `<g ${at}><title>${markup(shown)}</title>${rect}${text}</g>`
}

/** Equal names have equal colours; those of simSpark, of Node and of V8 itself stand apart. */
function hue(name: string): number {
  if (/^\((?!anonymous)/.test(name)) return 0
  if (name.includes('node:') || name.includes('internal/')) return 110
  let sum = 0
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 40
  return 20 + sum
}

function markup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

const STYLE = `body { font: 13px sans-serif; margin: 16px } h1 { font-size: 18px } h2 { font-size: 14px }
svg { background: #f6f6f6 } g { cursor: pointer } text { font-size: 11px; pointer-events: none }
g:hover rect { stroke: #333 }`

/** A click widens a frame, another on the lowest one shows all. */
const SCRIPT = `for (const svg of document.querySelectorAll('svg')) {
  const boxes = [...svg.querySelectorAll('g')].map(g => ({ g, x: +g.dataset.x, w: +g.dataset.w, l: +g.dataset.l, rect: g.querySelector('rect'), text: g.querySelector('text'), full: g.dataset.name }))
  const show = top => {
    const scale = ${WIDTH} / top.w
    for (const b of boxes) {
      const isAbove = b.l < top.l && b.x <= top.x && b.x + b.w >= top.x + top.w - 0.01
      const x = isAbove ? 0 : (b.x - top.x) * scale
      const w = isAbove ? ${WIDTH} : b.w * scale
      const isShown = isAbove || (b.l >= top.l && x > -0.5 && x + w < ${WIDTH} + 0.5)
      b.g.style.display = isShown ? '' : 'none'
      b.rect.setAttribute('x', x)
      b.rect.setAttribute('width', Math.max(0, w - 0.5))
      b.text.setAttribute('x', x + 3)
      b.text.textContent = w < ${LABEL_WIDTH} ? '' : b.full.slice(0, Math.floor(w / ${LETTER}))
    }
  }
  for (const b of boxes) b.g.addEventListener('click', () => show(b))
}`
