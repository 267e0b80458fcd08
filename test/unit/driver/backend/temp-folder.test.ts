import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ownIdentity, pidNamespace, realFiles } from '#publib/env'
import { claimFolder, sweepFolders } from '../../../../driver/backend/temp-folder.ts'
import { useTempFolder } from '../../../support/temp-folder.ts'

const NAME = 'simspark-app-20261121174300-0123abcd'

describe('folders for temporary files', () => {
  const folder = useTempFolder()

  /** What is left of one folder with such an owner. */
  async function swept(owner: unknown, name = NAME): Promise<readonly string[]> {
    const path = join(folder(), name)
    mkdirSync(join(path, 'spill'), { recursive: true })
    if (owner !== undefined) {
      writeFileSync(join(path, 'owner'), typeof owner === 'string' ? owner : JSON.stringify(owner))
    }
    await sweepFolders(realFiles, folder())
    return readdirSync(folder())
  }

  const own = () => ({ ...ownIdentity(), pidNamespace: pidNamespace() })
  /** As this process, but of an earlier start. */
  const dead = () => ({ ...own(), startTime: '1' })

  it('are deleted when their process is dead, also when the boot in which it ran is over', async () => {
    expect(await swept(dead())).to.deep.equal([])
    expect(await swept({ ...own(), bootId: 'an earlier boot' })).to.deep.equal([])
    expect(await swept(dead(), 'simspark-local-cluster-aB3_xZ')).to.deep.equal([])
  })

  it('stay while their process lives', async () => {
    mkdirSync(join(folder(), NAME))
    claimFolder(realFiles, join(folder(), NAME))
    await sweepFolders(realFiles, folder())
    expect(readdirSync(folder())).to.deep.equal([NAME])
  })

  it('are deleted when somebody has begun to delete them', async () => {
    expect(await swept(undefined, `${NAME}-stale`)).to.deep.equal([])
  })

  const unsure: [what: string, owner: () => unknown, name?: string][] = [
    ['nobody is named', () => undefined],
    ['the name is half written', () => '{"pid": 12'],
    ['what is named is no process', () => [1]],
    ['its start is not known', () => ({ ...dead(), startTime: '' })],
    ['its number counts in another container', () => ({ ...dead(), pidNamespace: 'pid:[1]' })],
    ['the folder has a name of another program', dead, 'simspark-app-mine'],
  ]
  for (const [what, owner, name] of unsure) {
    it(`stay where ${what}`, async () => {
      expect(await swept(owner(), name)).to.deep.equal([name ?? NAME])
    })
  }

  it('stay where the folder, or the name in it, is a link to somewhere else', async () => {
    const elsewhere = join(folder(), 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'owner'), JSON.stringify(dead()))
    symlinkSync(elsewhere, join(folder(), NAME))
    const other = join(folder(), NAME.replace('abcd', 'dcba'))
    mkdirSync(other)
    symlinkSync(join(elsewhere, 'owner'), join(other, 'owner'))
    await sweepFolders(realFiles, folder())
    expect(readdirSync(folder())).to.have.length(3)
    expect(readdirSync(elsewhere)).to.deep.equal(['owner'])
  })
})
