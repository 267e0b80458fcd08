import { renameSync, writeFileSync } from 'node:fs'
import { forgetLauncher } from '#publib/env'

/** A daemon for tests: writes down what it is and ends. */
forgetLauncher()
const [path, word] = process.argv.slice(2)
process.stdout.write('printed by the daemon\n')
writeFileSync(
  `${path}.part`,
  JSON.stringify({
    pid: process.pid,
    parent: process.ppid,
    cwd: process.cwd(),
    word,
    execArgv: process.execArgv,
    env: Object.keys(process.env).sort(),
    umask: process.umask(),
  }),
)
renameSync(`${path}.part`, String(path))
