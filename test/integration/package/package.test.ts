import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { toolbox } from '../../support/toolbox.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'simspark-package-'))
const installed = join(folder, 'node_modules/simspark')

/** The ten-line program of the README. */
const program = `const sc = await SparkContext.getOrCreate({ master: 'local[*]', appName: 'hello' })
const factor = 3
console.log(await sc.parallelize([1, 2, 3, 4], 2).map(x => x * factor).sum())
await sc.stop()
`

function run(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const result = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 120_000,
  })
  return { code: result.status, stdout: result.stdout, stderr: result.stderr }
}

function prints(command: string, args: readonly string[], expected = '30\n'): void {
  const { code, stdout, stderr } = run(command, args)
  expect({ code, stdout, stderr }, `${command} ${args.join(' ')}`).to.deep.include({
    code: 0,
    stdout: expected,
  })
}

describe('the package, packed and installed in an empty folder', () => {
  let tools: Awaited<ReturnType<typeof toolbox>>

  before(async () => {
    tools = await toolbox()
    const packed = spawnSync('npm', ['pack', '--pack-destination', folder, '--json'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(packed.status, packed.stderr).to.equal(0)
    const { filename } = (JSON.parse(packed.stdout) as { filename: string }[])[0] ?? {
      filename: '',
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }')
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    const result = run('npm', ['install', join(folder, filename), ...quiet])
    expect(result.code, result.stderr).to.equal(0)
    writeFileSync(join(folder, 'esm.mjs'), `import { SparkContext } from 'simspark'\n${program}`)
    writeFileSync(
      join(folder, 'common.cjs'),
      `const { SparkContext } = require('simspark')\nasync function main() {\n${program}}\nmain()\n`,
    )
    writeFileSync(join(folder, 'typed.ts'), `import { SparkContext } from 'simspark'\n${program}`)
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  it('holds what users need and no tests', () => {
    const json = readFileSync(join(installed, 'package.json'), 'utf8')
    expect((JSON.parse(json) as { name: string }).name).to.equal('simspark')
    const { stdout } = run('find', [installed, '-path', '*/dist/test/*'])
    expect(stdout).to.equal('')
    expect(existsSync(join(installed, 'dist/publib/kernels/kernels.wasm'))).to.equal(true)
  })

  it('has commands that answer', () => {
    for (const bin of ['simspark', 'simspark-master', 'simspark-worker']) {
      const { code, stdout } = run(join(folder, 'node_modules/.bin', bin), ['--help'])
      expect(code, bin).to.equal(0)
      expect(stdout).to.match(/Usage:/)
    }
  })

  for (const version of ['20', '22', '24', '26'] as const) {
    it(`runs the program as an ES module and by require on Node ${version}`, () => {
      prints(tools.node[version], ['esm.mjs'])
      prints(tools.node[version], ['common.cjs'])
    })
  }

  it('runs TypeScript under tsx', () => {
    const tsx = join(tools.modules, 'node_modules/tsx/dist/cli.mjs')
    prints(tools.node['20'], [tsx, 'typed.ts'])
    prints(tools.node['24'], [tsx, 'typed.ts'])
  })

  it('runs TypeScript as Node strips its types', () => {
    prints(tools.node['24'], ['--no-warnings', 'typed.ts'])
    prints(tools.node['22'], ['--no-warnings', 'typed.ts'])
  })

  it('type-checks and runs compiled by tsc, with library checks on', () => {
    const types = join(folder, 'node_modules/@types')
    mkdirSync(types, { recursive: true })
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const options = ['--target', 'es2023', '--module', 'nodenext', '--strict', '--outDir', 'out']
    const roots = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node']
    const { code, stdout } = run(process.execPath, [
      tsc,
      '--ignoreConfig',
      ...options,
      ...roots,
      'typed.ts',
    ])
    expect(code, stdout).to.equal(0)
    prints(process.execPath, ['out/typed.js'])
  })

  it('refuses a wrong program at compile time', () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    writeFileSync(
      join(folder, 'wrong.ts'),
      `import { SparkContext } from 'simspark'
const sc = await SparkContext.getOrCreate()
sc.parallelize([1, 2]).reduceByKey((a, b) => a)
`,
    )
    const options = ['--target', 'es2023', '--module', 'nodenext', '--strict', '--noEmit']
    const roots = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node']
    const { code, stdout } = run(process.execPath, [
      tsc,
      '--ignoreConfig',
      ...options,
      ...roots,
      'wrong.ts',
    ])
    expect(code).to.not.equal(0)
    expect(stdout).to.match(/wrong\.ts\(3,/)
  })
})
