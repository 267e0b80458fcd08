import { expect } from 'chai'
import type { FromExecutorThread } from '#publib/protocol'
import { type TaskId, taskId } from '#publib/util'
import { UserOutput } from '../../../../publib/execution/user-output.ts'

describe('what user functions print', () => {
  let running: TaskId | undefined
  let posted: FromExecutorThread[]
  let output: UserOutput
  beforeEach(() => {
    running = taskId(1)
    posted = []
    output = new UserOutput(
      message => posted.push(message),
      () => running,
    )
  })
  const texts = () =>
    posted.map(message => message.type === 'output' && [message.taskId, message.text])

  it('is gathered and sent at the end of the task that printed it', () => {
    const write = output.writer('stdout')
    write('a\n')
    write(Buffer.from('b\n'))
    expect(posted).to.deep.equal([])
    output.flush()
    expect(texts()).to.deep.equal([[1, 'a\nb\n']])
  })

  it('is not mixed with what the next task prints', () => {
    const write = output.writer('stderr')
    write('one\n')
    running = taskId(2)
    write('two\n')
    output.flush()
    expect(texts()).to.deep.equal([
      [1, 'one\n'],
      [2, 'two\n'],
    ])
  })

  it('is bounded for each task, and what is left out is counted', () => {
    const write = output.writer('stdout')
    const line = `${'x'.repeat(1023)}\n`
    for (let i = 0; i < 100_000; i++) write(line)
    output.flush()
    const sent = texts().map(each => (each ? each[1] : ''))
    expect(sent.at(-1)).to.match(/^… 98976 more lines of this task are not shown/)
    expect(sent.join('').length).to.be.below((1 << 20) + 200)
    running = taskId(2)
    write('next\n')
    output.flush()
    expect(texts().at(-1)).to.deep.equal([2, 'next\n'])
  })

  it('calls back who waits for the write', done => {
    output.writer('stdout')('x', 'utf8', done)
  })
})
