import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'

const { joinModules } = (await import(new URL('../../../join.mjs', import.meta.url).href)) as {
  joinModules(root: string, paths: readonly string[]): Promise<void>
}

/** Compiled modules as they lie in dist: an entry, a face, two modules of a folder, one that is loaded late. */
const MODULES = {
  'driver/index.js': `export { Counter } from '#publib/util'
export * from './late-user.js'
export const where = import.meta.url
`,
  'driver/late-user.js': `export async function late() {
    return (await import('./late.js')).word
}
`,
  'driver/late.js': `import { Counter } from '#publib/util'
export const word = new Counter().name
`,
  'publib/util/index.js': `export { Counter } from './counter.js'
export { prefix as before } from './prefix.js'
`,
  'publib/util/counter.js': `import path, { join as joined } from 'node:path'
import * as all from 'node:path'
import {
    prefix,
} from './prefix.js'
export class Counter {
    name = prefix + joined('a', 'b') + (path.join === all.join)
    fail() {
        throw new Error('line 9')
    }
}
`,
  'publib/util/prefix.js': `export const prefix = 'p:'
`,
  'publib/util/counter.d.ts': 'declare nothing',
  'publib/util/data.bin': 'data',
}

describe('joining modules', () => {
  const root = mkdtempSync(join(tmpdir(), 'simspark-join-'))
  const load = (path: string) => import(pathToFileURL(join(root, 'dist/joined', path)).href)
  const text = (path: string) => readFileSync(join(root, 'dist/joined', path), 'utf8')

  before(async () => {
    const write = (path: string, content: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    const manifest = {
      type: 'module',
      exports: { '.': { default: './dist/joined/driver/index.js' } },
    }
    write('package.json', JSON.stringify({ ...manifest, bin: {} }))
    for (const [path, content] of Object.entries(MODULES)) write(`dist/${path}`, content)
    await joinModules(root, Object.keys(MODULES))
  })

  after(() => rmSync(root, { recursive: true, force: true }))

  it('keeps what every path exports, and one module behind them all', async () => {
    const driver = await load('driver/index.js')
    const counter = await load('publib/util/counter.js')
    const face = await load('publib/util/index.js')
    expect(driver.Counter).to.equal(counter.Counter).and.to.equal(face.Counter)
    expect(face.before).to.equal('p:')
    expect(new driver.Counter().name).to.equal(`p:${join('a', 'b')}true`)
  })

  it('loads late what is imported late, from what is loaded already', async () => {
    const { late } = await load('driver/index.js')
    expect(await late()).to.equal(`p:${join('a', 'b')}true`)
  })

  it('leaves every module where it says it is', async () => {
    const { where } = await load('driver/index.js')
    expect(where).to.equal(pathToFileURL(join(root, 'dist/joined/driver/index.js')).href)
  })

  it('keeps a module’s text line for line', () => {
    const file = /from '\.\.\/joined\/(\d+\.js)'/.exec(text('publib/util/counter.js'))?.[1]
    const joined = text(`publib/joined/${file}`).split('\n')
    const start = joined.indexOf('// publib/util/counter.js') + 2
    expect(joined[start + 8]).to.include("throw new Error('line 9')")
  })

  it('takes along what lies beside modules, but not what describes them', () => {
    expect(text('publib/util/data.bin')).to.equal('data')
    expect(() => text('publib/util/counter.d.ts')).to.throw('ENOENT')
  })

  it('refuses what could change after it was taken', async () => {
    writeFileSync(join(root, 'dist/publib/util/prefix.js'), "export let prefix = 'p:'\n")
    const failed = await joinModules(root, Object.keys(MODULES)).catch((error: Error) => error)
    expect(failed)
      .to.have.property('message')
      .that.includes('publib/util/prefix.js: exports a variable')
  })
})
