import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { expect } from 'chai'
import { SparkContext, SparkFiles } from '../../../../driver/index.ts'
import { rejection, thrown } from '../../../support/rejection.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

for (const master of ['local', 'local[2]']) {
  describe(`files that are added to a context in ${master}`, function () {
    this.timeout(60_000)
    const folder = useTempFolder()
    let sc: SparkContext

    beforeEach(async () => {
      sc = await SparkContext.getOrCreate({ master })
    })
    afterEach(() => sc.stop())

    const read = (name: string) =>
      sc
        .range(0, 4, 1, 4)
        .map(() => readFileSync(SparkFiles.get(name), 'utf8'))
        .collect()

    it('are there in tasks and on the driver, as they were when they were added', async () => {
      const path = `${folder()}/words.txt`
      writeFileSync(path, 'first')
      await sc.addFile(path)
      writeFileSync(path, 'second')
      await sc.addFile(path)
      expect(await read('words.txt')).to.deep.equal(Array(4).fill('first'))
      expect(readFileSync(SparkFiles.get('words.txt'), 'utf8')).to.equal('first')
      expect(sc.listFiles()).to.deep.equal([path])
      const root = SparkFiles.getRootDirectory()
      await sc.stop()
      expect(existsSync(root)).to.equal(false)
      expect(thrown(() => SparkFiles.get('words.txt')).code).to.equal('PATH_NOT_FOUND')
    })

    it('are waited for by jobs that start before they are there, and come after a job too', async () => {
      expect(await sc.range(5).count()).to.equal(5)
      const path = `${folder()}/late`
      writeFileSync(path, 'x'.repeat(3_000_000))
      const added = sc.addFile(path)
      expect((await read('late')).map(text => text.length)).to.deep.equal(Array(4).fill(3_000_000))
      await added
    })

    it('are whole folders, with what may be run', async () => {
      const tools = `${folder()}/tools`
      mkdirSync(`${tools}/deep`, { recursive: true })
      writeFileSync(`${tools}/deep/a.txt`, 'deep')
      writeFileSync(`${tools}/run.sh`, '#!/bin/sh\n')
      chmodSync(`${tools}/run.sh`, 0o755)
      symlinkSync('/', `${tools}/elsewhere`)
      expect((await rejection(sc.addFile(tools))).code).to.equal('INVALID_ARGUMENT')
      await sc.addFile(`${tools}/`, true)
      expect(await read('tools/deep/a.txt')).to.deep.equal(Array(4).fill('deep'))
      const modes = await sc
        .range(0, 1, 1, 1)
        .map(() => statSync(SparkFiles.get('tools/run.sh')).mode & 0o777)
        .collect()
      expect(modes).to.deep.equal([0o700])
    })

    it('are refused where nothing is there, or another has the name', async () => {
      mkdirSync(`${folder()}/x`)
      writeFileSync(`${folder()}/a`, '1')
      writeFileSync(`${folder()}/x/a`, '2')
      await sc.addFile(`file://${folder()}/a`)
      const taken = await rejection(sc.addFile(`${folder()}/x/a`))
      expect([taken.code, taken.message]).to.deep.equal([
        'FILE_NAME_TAKEN',
        `sc.addFile(): a file "a" was added before, from "${folder()}/a".`,
      ])
      expect((await rejection(sc.addFile(`${folder()}/none`))).code).to.equal('PATH_NOT_FOUND')
      writeFileSync(`${folder()}/none`, 'now')
      await sc.addFile(`${folder()}/none`)
      expect(await read('none')).to.deep.equal(Array(4).fill('now'))
      const missing = await rejection(read('never'))
      expect(missing.message).to.contain('No file "never" was added to the context')
    })
  })
}
