import { expect } from 'chai'
import { parseMasterUrl } from '../../../../driver/master-url.ts'
import { thrown } from '../../../support/rejection.ts'

describe('master URLs', () => {
  const cases: [string, object][] = [
    ['local', { kind: 'inline' }],
    ['local[4]', { kind: 'local', executors: 4, failuresMax: 1 }],
    ['local[*]', { kind: 'local', executors: undefined, failuresMax: 1 }],
    ['local[*, 3]', { kind: 'local', executors: undefined, failuresMax: 3 }],
    [
      'local-cluster[2,1,1024]',
      { kind: 'localCluster', workers: 2, executorsPerWorker: 1, executorMiB: 1024 },
    ],
    [
      'simspark://10.0.0.1:7078',
      { kind: 'standalone', masters: [{ host: '10.0.0.1', port: 7078 }] },
    ],
    [
      'simspark://a,[::1]:7079',
      {
        kind: 'standalone',
        masters: [
          { host: 'a', port: 7077 },
          { host: '::1', port: 7079 },
        ],
      },
    ],
  ]
  for (const [text, expected] of cases) {
    it(`${text} is understood`, () => {
      expect(parseMasterUrl(text)).to.deep.equal(expected)
    })
  }

  for (const text of [
    '',
    'Local',
    'local[]',
    'local[0]',
    'local[-1]',
    'local[1.5]',
    'local[5000]',
    'local[2,0]',
    'local-cluster[2,1]',
    'local-cluster[0,1,512]',
    'spark://host:7077',
    'simspark://',
    'simspark://host:0',
    'simspark://host:99999',
    'simspark://ho st:7077',
    'yarn',
  ]) {
    it(`${JSON.stringify(text)} is refused with what is legal`, () => {
      const error = thrown(() => parseMasterUrl(text))
      expect(error.code).to.equal('INVALID_ARGUMENT')
      expect(error.hint).to.contain('local-cluster[workers,cores,MiB]')
    })
  }

  it('never repeats a password', () => {
    const error = thrown(() => parseMasterUrl('simspark://ann:geheim@host:7077'))
    expect(`${error.message}${error.hint}`).not.to.contain('geheim')
  })
})
