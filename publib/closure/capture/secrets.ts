/** Watches for captured texts that are the value of an environment variable with a secret's name. */
import { stretches, type Trail } from './trail.ts'

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW/i
const SECRET_LENGTH_MIN = 8

export class SecretWatch {
  readonly warnings = new Set<string>()
  #names: ReadonlyMap<string, string> | undefined

  look(text: string, trail: Trail): void {
    if (text.length < SECRET_LENGTH_MIN) return
    this.#names ??= secretValues()
    const name = this.#names.get(text)
    if (name === undefined) return
    const path = stretches(trail).found[0]?.path ?? 'a captured value'
    this.warnings.add(
      `\`${path}\` holds the value of the environment variable ${name} and would travel to the ` +
        'executors: read process.env inside the function instead',
    )
  }
}

function secretValues(): ReadonlyMap<string, string> {
  const names = Object.keys(process.env).filter(name => SECRET_NAME.test(name))
  return new Map(names.map(name => [process.env[name] ?? '', name]))
}
