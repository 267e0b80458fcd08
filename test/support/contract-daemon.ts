import { createServer } from 'node:http'
import {
  type DaemonControl,
  DRAIN_PATH,
  HEALTH_PATH,
  healthBody,
  parseMasterOptions,
  type RunningDaemon,
  runDaemon,
} from '#publib/cli'
import { readOrCreateSecretFile, roleToken } from '#publib/security'

/**
 * A daemon that keeps the contract and does nothing else, as a process of its own. `simspark.app.name` among its
 * settings tells it how to behave.
 */
const options = parseMasterOptions(process.argv[2])
const mode = String(options.settings['simspark.app.name'] ?? 'good')

if (mode === 'crashes at once') throw new Error('this main is broken')
await runDaemon(options, start)

async function start(control: DaemonControl): Promise<RunningDaemon> {
  if (mode === 'exits') process.exit(3)
  if (mode === 'fails') throw new Error('the reason it gives')
  if (mode === 'hangs') await new Promise(() => setInterval(() => {}, 1000))
  const { current } = await readOrCreateSecretFile(options.secretFile)
  let state: 'ready' | 'draining' = 'ready'
  const server = createServer((request, response) => {
    response.setHeader('x-simspark', '1')
    const token = request.headers.authorization?.replace('Bearer ', '')
    const wanted = roleToken(current, request.url === DRAIN_PATH ? 'worker' : 'viewer')
    if (token !== wanted) return void response.writeHead(401).end()
    if (request.url === HEALTH_PATH) {
      return void response.end(healthBody({ role: 'master', epoch: 1, state }))
    }
    if (request.url !== DRAIN_PATH) return void response.writeHead(404).end()
    state = 'draining'
    response.writeHead(202).end()
    setTimeout(() => control.stop('drained'), 300)
  })
  const address = await new Promise<{ host: string; port: number }>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      const bound = server.address()
      resolve({ host: options.host, port: typeof bound === 'object' ? (bound?.port ?? 0) : 0 })
    })
  })
  const close = async (): Promise<void> => {
    if (mode === 'heeds no SIGTERM') await new Promise(() => {})
    server.close()
    server.closeAllConnections()
  }
  return { address, url: `simspark://${address.host}:${address.port}`, epoch: 1, close }
}
