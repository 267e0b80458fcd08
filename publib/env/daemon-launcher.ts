import { text } from 'node:stream/consumers'
import { becomeDaemon, type DaemonOptions } from './daemon.ts'

/** The process between a command and its daemon: reads what to start from stdin, starts it and ends. */
async function main(): Promise<void> {
  try {
    await becomeDaemon(JSON.parse(await text(process.stdin)) as DaemonOptions)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

void main()
