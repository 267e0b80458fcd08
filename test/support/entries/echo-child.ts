import { spawn } from 'node:child_process'

/** A child process for tests: says what it was given, echoes, and ends as it is told. */
process.send?.({
  env: Object.keys(process.env).sort(),
  cwd: process.cwd(),
  execArgv: process.execArgv,
})
process.on('message', (message: unknown) => {
  if (message === 'exit') process.exit(7)
  if (message === 'print') process.stdout.write(`${'x'.repeat(999)}\n`.repeat(100))
  if (message === 'grandchild') {
    const script = 'setTimeout(() => undefined, 60000)'
    const grandchild = spawn(process.execPath, ['-e', script], { stdio: 'inherit' })
    process.send?.({ grandchild: grandchild.pid })
    return
  }
  process.send?.(message)
})
process.on('disconnect', () => process.exit(0))
