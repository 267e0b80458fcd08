import { expect } from 'chai'
import { realFiles } from '#publib/env'
import { ThreadLinks } from '#publib/execution'
import { CacheBudget } from '#publib/storage'
import type { LossCause } from '#publib/task'
import { executorId } from '#publib/util'
import { useTempFolder } from '../../../support/temp-folder.ts'
import { TestHost, WORKER } from './test-host.ts'

describe('executors whose threads cannot be started', () => {
  const folder = useTempFolder()
  const linksIn = (path: string) =>
    new ThreadLinks({
      threads: {
        start() {
          throw new Error('no more threads')
        },
      },
      files: realFiles,
      ...{ shuffleFolder: `${path}/shuffle`, spillFolder: `${path}/spill`, location: WORKER },
      ...{ heapMiB: 64, memoryBytes: 64 << 20, memoryFraction: 0.4 },
    })

  it('end with the reason', async () => {
    const cause = await new Promise<LossCause>(resolve => {
      linksIn(folder()).start({
        ...{ executorId: executorId('w/0'), generation: 1, cacheBudget: new CacheBudget(0).memory },
        ...{
          makeRoom: () => ({ isGranted: false, toDisk: [] }),
          onMessage: () => undefined,
          onExit: resolve,
        },
      })
    })
    expect(cause.message).to.equal('its thread could not be started: no more threads')
  })

  it('are given up by their host after three tries', async () => {
    const host = new TestHost(folder(), { links: linksIn })
    while (host.lost.length === 0) await Promise.resolve()
    expect(host.lost.map(({ kind }) => kind)).to.deep.equal(['threadExit'])
    await host.close()
  })
})
