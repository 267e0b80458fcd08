import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { bind } from '../../../../publib/closure/index.ts'
import { shipped } from './round-trip.ts'

const run = promisify(execFile)

describe('captures named by hand', () => {
  it('work as the function they make', async () => {
    const fn = bind(
      { k: 3, list: [1] },
      ({ k, list }) =>
        (x: number) =>
          x * k + (list[0] ?? 0),
    )
    expect(fn(2)).to.equal(7)
    expect((await shipped(fn))(2)).to.equal(7)
  })

  it('work where the inspector is forbidden, and nothing else with variables does', async () => {
    const library = new URL('../../../../publib/closure/index.js', import.meta.url).href
    const program = `
      import { bind, capture, check, compile } from ${JSON.stringify(library)}
      const k = 3
      const bytes = capture([{ fn: bind({ k }, ({ k }) => x => x * k), operation: 'm' }]).bytes
      const [fn] = (await compile(bytes)).instantiate()
      check({ fn: x => Math.max(x, 1), operation: 'm' })
      let code
      try { check({ fn: x => x * k, operation: 'm' }) } catch (error) { code = error.code }
      process.stdout.write(JSON.stringify([fn(2), code]))`
    const flags = process.allowedNodeEnvironmentFlags
    const permission = flags.has('--permission') ? '--permission' : '--experimental-permission'
    const options = ['--no-warnings', permission, '--allow-fs-read=*', '--input-type=module']
    const { stdout } = await run(process.execPath, [...options, '--eval', program])
    expect(JSON.parse(stdout)).to.deep.equal([6, 'INSPECTOR_FORBIDDEN'])
  })
})
