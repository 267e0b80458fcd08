import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { realSyncFiles } from '#publib/env'
import { BlockFileWriter, readBlocks } from '#publib/storage'
import { useTempFolder } from '../../../support/temp-folder.ts'

describe('a file of cached blocks', () => {
  const folder = useTempFolder()
  const blocks = [0, 5, 3000].map(size => {
    const shared = new Uint8Array(new SharedArrayBuffer(size))
    return shared.map((_, i) => (i * 7) % 251)
  })

  function written(): { path: string; bytes: number } {
    const writer = new BlockFileWriter(realSyncFiles, `${folder()}/draft`)
    for (const block of blocks) writer.add(block)
    writer.finish(`${folder()}/whole`)
    writer.close()
    return { path: `${folder()}/whole`, bytes: writer.bytes }
  }
  const read = (path: string, bytes: number) => [...readBlocks(realSyncFiles, path, bytes)]

  it('gives back what was written, in memory of its own', () => {
    const { path, bytes } = written()
    expect(readFileSync(path)).to.have.length(bytes)
    expect(read(path, bytes).map(block => [...block])).to.deep.equal(blocks.map(b => [...b]))
    expect(realSyncFiles.list(folder())).to.deep.equal(['whole'])
  })

  it('is gone when it is closed before it is whole', () => {
    const writer = new BlockFileWriter(realSyncFiles, `${folder()}/draft`)
    writer.add(blocks[1]!)
    writer.close()
    expect(realSyncFiles.list(folder())).to.deep.equal([])
  })

  it('is refused where a byte is another, or its end is gone', () => {
    const { path, bytes } = written()
    const whole = readFileSync(path)
    for (const at of [0, 4, 8, 12, 20, bytes - 1]) {
      const damaged = Uint8Array.from(whole)
      damaged[at]! ^= 1
      writeFileSync(path, damaged)
      expect(() => read(path, bytes), `byte ${at}`).to.throw(/cannot be read back/)
    }
    writeFileSync(path, whole)
    truncateSync(path, bytes - 3008)
    expect(() => read(path, bytes)).to.throw(/it is cut off/)
  })
})
