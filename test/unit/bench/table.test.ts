import { expect } from 'chai'
import { lastJson } from '../../bench/one-process.ts'
import { agreedAnswer, problemOf, type Row, ratioText, secondsText } from '../../bench/rows.ts'
import { comparisonTable, problems } from '../../bench/table.ts'

const at = '2026-11-21T20:00:00.000Z'
const row = (workload: string, engine: string, more: Partial<Row>): Row => ({
  ...{ workload, engine, at, answer: '7', ...more },
})
const HEADING = {
  date: '2026-11-21',
  machine: '2 × chip',
  node: '20.20.2',
  command: 'npm run bench',
}

describe('rows of a comparison', () => {
  it('count where they give the answer that most give', () => {
    const rows = [
      row('W2', 'simspark', { answer: '1' }),
      row('W2', 'node', { answer: '2' }),
      row('W2', 'polars', { answer: '2' }),
      row('W2', 'dask', { answer: undefined, error: 'no result in 9 s' }),
    ]
    expect(agreedAnswer(rows, 'W2')).to.equal('2')
    expect(problemOf(rows[1]!, rows)).to.equal(undefined)
    expect(problems(rows)).to.deep.equal([
      'W2 simspark: answers 1, others 2',
      'W2 dask: no result in 9 s',
    ])
  })

  it('of empty tasks are right where as many came back as were sent', () => {
    const rows = [
      row('W4', 'simspark', { answer: '10000', tasks: 10_000 }),
      row('W4', 'skale', { answer: '2000', tasks: 2_000 }),
      row('W4', 'ray', { answer: '9999', tasks: 10_000 }),
    ]
    expect(problems(rows)).to.deep.equal(['W4 ray: answers 9999 for 10000'])
  })

  it('are read from the last line that is an object', () => {
    expect(lastJson('hello\n{"answer":1}\n{"answer":2}\n[stage 0]\n')).to.deep.equal({ answer: 2 })
    expect(lastJson('')).to.deep.equal({})
  })
})

describe('the table of a comparison', () => {
  it('says ours in seconds, ours ÷ each peer, and losses in bold', () => {
    const rows = [
      row('W2', 'simspark', { warmS: 0.05, coldS: 0.4, version: '0.1.0' }),
      row('W2', 'spark-scala', { warmS: 0.2, coldS: 5, version: '4.3.0' }),
      row('W2', 'polars', { warmS: 0.02, coldS: 0.4 }),
    ]
    expect(comparisonTable(rows, HEADING).split('\n')).to.deep.equal([
      '2026-11-21, 2 × chip, Node 20.20.2. simspark 0.1.0, spark-scala 4.3.0, polars. Medians of one run, local[2]; ours ÷ peer, **losses** bold.',
      '',
      '| workload | simspark | ÷ spark-scala | ÷ polars |',
      '|---|--:|--:|--:|',
      '| W2 sum of 1 M driver-held numbers | 50.0 ms | 0.25 | **2.50** |',
      '| cold, exec to exit: W2 | 400 ms | 0.08 | 1.00 |',
      '',
      '`npm run bench`',
    ])
  })

  it('shows the longest of small jobs on a line of its own', () => {
    const rows = [
      row('W3', 'simspark', { warmS: 0.001, p99S: 0.004 }),
      row('W3', 'ray', { warmS: 0.004, p99S: 0.008 }),
    ]
    const table = comparisonTable(rows, HEADING)
    expect(table).to.include('| W3 two-task job, p50 | 1.00 ms | 0.25 |')
    expect(table).to.include('| W3 two-task job, p99 | 4.00 ms | 0.50 |')
  })

  it('compares tasks one by one where engines were given different numbers of them', () => {
    const rows = [
      row('W4', 'simspark', { warmS: 1, answer: '10000', tasks: 10_000 }),
      row('W4', 'skale', { warmS: 1, answer: '2000', tasks: 2_000 }),
    ]
    expect(comparisonTable(rows, HEADING)).to.include('| 0.10 ms | 0.20 |')
  })

  it('gives no ratio to a wrong answer, and none to a workload that a peer does not know', () => {
    const rows = [
      row('W5', 'simspark', { warmS: 1 }),
      row('W5', 'node', { warmS: 2 }),
      row('W5', 'dask', { warmS: 0.1, answer: '8' }),
      row('W8', 'simspark', { warmS: 1 }),
      row('W8', 'node', { warmS: 2 }),
    ]
    const table = comparisonTable(rows, HEADING)
    expect(table).to.include('| W5 10 M pairs, 1 M string keys | 1.00 s | 0.50 | × |')
    expect(table).to.include('| W8 Monte Carlo, 50 M samples | 1.00 s | 0.50 | – |')
  })

  it('writes figures with the digits that mean something', () => {
    expect([12.34, 1.234, 0.123, 0.0123, 0.00123].map(ratioText)).to.deep.equal([
      ...['12', '1.23', '0.12', '0.01', '0.001'],
    ])
    expect([12.34, 1.234, 0.123, 0.0123, 0.00123].map(secondsText)).to.deep.equal([
      ...['12.3 s', '1.23 s', '123 ms', '12.3 ms', '1.23 ms'],
    ])
  })
})
