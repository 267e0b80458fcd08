import type { LogFields, Logger } from '#publib/log'
import type { World } from './world.ts'

/** Writes what a shell logs into the trace of the simulation. */
export function simLogger(world: World, name: string, more: LogFields = {}): Logger {
  const write =
    (level: string) =>
    (event: string, fields: LogFields = {}): void =>
      world.note(`${name} ${level}: ${event} ${textOf({ ...more, ...fields })}`)
  return {
    debug: () => undefined,
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: fields => simLogger(world, name, { ...more, ...fields }),
  }
}

function textOf(fields: LogFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value instanceof Error ? value.message : String(value)}`)
    .join(' ')
}
