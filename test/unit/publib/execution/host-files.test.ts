import { readFileSync, statSync } from 'node:fs'
import { expect } from 'chai'
import { realSyncFiles } from '#publib/env/thread'
import { HostFiles } from '../../../../publib/execution/host-files.ts'
import { isAddedName } from '../../../../publib/execution/spark-files.ts'
import { thrown } from '../../../support/rejection.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

describe('files that a host takes in', () => {
  const folder = useTempFolder()
  const setUp = () => {
    const host = new HostFiles(realSyncFiles, `${folder()}/files`)
    const take = (name: string, offset: number, size: number, text: string, isExecutable = false) =>
      host.take({ type: 'file', name, offset, size, isExecutable }, new TextEncoder().encode(text))
    const read = (name: string) => readFileSync(`${folder()}/files/${name}`, 'utf8')
    return { take, read, host }
  }

  it('have their name when they are whole, and stay as they are when they come again', () => {
    const { take, read } = setUp()
    take('a/b.txt', 0, 6, 'abc')
    expect(() => read('a/b.txt')).to.throw('ENOENT')
    take('a/b.txt', 3, 6, 'def')
    expect(read('a/b.txt')).to.equal('abcdef')
    take('a/b.txt', 0, 6, 'xyz')
    take('a/b.txt', 3, 6, 'xyz')
    take('empty', 0, 0, '')
    take('run.sh', 0, 2, '#!', true)
    expect([read('a/b.txt'), read('empty')]).to.deep.equal(['abcdef', ''])
    expect(statSync(`${folder()}/files/run.sh`).mode & 0o777).to.equal(0o700)
    expect(statSync(`${folder()}/files/empty`).mode & 0o777).to.equal(0o600)
  })

  it('begin anew when the driver sends them again from their beginning', () => {
    const { take, read } = setUp()
    take('a', 0, 4, 'ab')
    take('a', 0, 4, 'ab')
    take('a', 2, 4, 'cd')
    expect(read('a')).to.equal('abcd')
  })

  it('never lie outside of their folder', () => {
    const { take } = setUp()
    for (const name of ['../a', '/a', 'a//b', 'a/../../b', '.', '', 'a\0b', 'a/']) {
      expect(isAddedName(name), name).to.equal(false)
      expect(thrown(() => take(name, 0, 1, 'x')).code).to.equal('INTERNAL')
    }
    expect(isAddedName('a..b/c.txt')).to.equal(true)
  })
})
