import { expect } from 'chai'
import { fromDriver, fromMasterToWorker, fromWorker, toBlockService } from '#publib/protocol'
import type { Protocol } from '#publib/transport'
import {
  APP,
  clusterLinks,
  HOST,
  RANGE,
  REGISTER_APPLICATION,
  REGISTER_WORKER,
} from '../../../support/cluster-messages.ts'
import { fuzzProtocol } from '../../../support/fuzz-protocol.ts'
import { hostSettings } from '../../../support/host-settings.ts'
import { chooseSeed } from '../../../support/random.ts'

describe('the decoders of a cluster', () => {
  for (const { protocol, name, samples } of clusterLinks) {
    it(`take every message from ${name}`, () => {
      for (const { message, payloads } of samples) {
        expect(protocol.decode(message, payloads ?? [])).to.deep.equal({ ok: true, message })
      }
    })

    it(`never throw on 10,000 mutated frames from ${name}`, () => {
      const report = fuzzProtocol(protocol, samples, { count: 10_000, seed: chooseSeed() })
      expect(report.refusedMessages).to.be.greaterThan(1_000)
    })
  }

  const bad = (protocol: Protocol<unknown>, message: object, changes: object): string => {
    const decoded = protocol.decode({ ...message, ...changes }, [])
    return decoded.ok ? 'accepted' : decoded.reason
  }

  it('refuse cores that are none, and name the field (WSM-44, WSW-06)', () => {
    for (const cores of [-1, 1e9, 1.5, '2', 0, Number.NaN]) {
      expect(bad(fromWorker, REGISTER_WORKER, { cores })).to.match(/^registerWorker, cores: /)
    }
  })

  it('refuse numbers of executors that are none (WSM-53)', () => {
    for (const total of [-5, 2 ** 31, Number.NaN, 1.5]) {
      expect(bad(fromDriver, { type: 'requestExecutors' }, { total })).to.match(/total/)
    }
  })

  it('refuse ids that could be paths, devices or markup (WSW-11, WSW-46, WSW-56)', () => {
    const message = { type: 'endApplication' }
    for (const id of ['con', '', '*', '../x', `app-${'a'.repeat(61)}`, 'app-\u2215', 'app-a/b']) {
      expect(bad(fromMasterToWorker, message, { applicationId: id }), id).to.match(/applicationId/)
    }
    for (const workerId of ['../../etc', 'w/1', 'w'.repeat(65), 'w\u0000']) {
      expect(bad(fromWorker, REGISTER_WORKER, { workerId }), workerId).to.match(/workerId/)
    }
  })

  it('refuse fields that no protocol has (WSM-42, WSW-08)', () => {
    const launch = {
      type: 'launchExecutors',
      ...HOST,
      applicationName: 'n',
      executorMemoryMiB: 1,
      hostSettings,
    }
    expect(bad(fromMasterToWorker, launch, { script: '/tmp/evil.js' })).to.match(/script/)
  })

  it('refuse names that could begin a line of a log (WSM-65, WSM-66)', () => {
    for (const name of ['a\n2026 ERROR', 'a\u0000', 'x'.repeat(1_000_000)]) {
      expect(bad(fromDriver, REGISTER_APPLICATION, { name })).to.match(/name/)
    }
  })

  it('name an unknown type, cut (WSM-41)', () => {
    expect(bad(fromWorker, { type: 'x'.repeat(10_000) }, {}).length).to.be.at.most(123)
    expect(bad(fromWorker, { type: '__proto__' }, {})).to.not.equal('accepted')
  })

  it('refuse ranges that end before they start, or beyond any shuffle (WSW-31)', () => {
    const fetch = { type: 'fetchRanges', requestId: 1, applicationId: APP }
    for (const change of [{ start: -1 }, { start: 4 }, { end: 2 ** 53 }, { taskId: 1.5 }]) {
      const ranges = [{ ...RANGE, ...change }]
      expect(bad(toBlockService, fetch, { ranges }), JSON.stringify(change)).to.match(/ranges/)
    }
  })
})
