import type { Command, CommanderError } from 'commander'
import { textOf } from '#publib/util'
import { CliError, ExitCode, exitCodeOf } from './exit-codes.ts'
import { safeText, styled, tell } from './terminal.ts'

export type { Command } from 'commander'

/** The door of commander: a command with the habits of the house. Loaded when a command line is read. */
export async function newCommand(name: string, description: string): Promise<Command> {
  const { Command } = await import('commander')
  return withHabits(new Command(name).description(description))
}

/** A command below another. */
export function subcommand(parent: Command, usage: string, description: string): Command {
  return withHabits(parent.command(usage).description(description))
}

function withHabits(command: Command): Command {
  return command
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .configureOutput({ writeErr: text => process.stderr.write(text) })
}

/** An option with a value: given twice, or without one, it is an error. */
export function valueOption(command: Command, flags: string, description: string): Command {
  return command.option(flags, description, (value: string, before: string | undefined) => {
    if (before !== undefined) throw usage(`${longName(flags)} is given twice`)
    if (value === '') throw usage(`${longName(flags)} has no value`)
    return value
  })
}

/** An option that may be given several times. */
export function repeatedOption(command: Command, flags: string, description: string): Command {
  return command.option(flags, description, (value: string, before: string[] | undefined) => {
    if (value === '') throw usage(`${longName(flags)} has no value`)
    return [...(before ?? []), value]
  })
}

/** A whole number in decimal digits within a range, else an error that names option, value and range. */
export function integerOption(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw usage(
    `${option} is ${JSON.stringify(safeText(text))}; expected ${min} to ${max} in decimal digits`,
  )
}

/** Parses and runs; resolves to the exit code. Shows what went wrong, never a stack. */
export async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  try {
    await command.parseAsync([...args], { from: 'user' })
    return Number(process.exitCode ?? ExitCode.ok)
  } catch (error) {
    if (isCommanderError(error)) return codeOf(error)
    tell(`${styled('red', `${command.name()}:`)} ${messageOf(error)}`)
    return exitCodeOf(error)
  }
}

/** The options of a command as plain data. */
export function optionsOf(command: Command): Readonly<Record<string, unknown>> {
  return command.optsWithGlobals()
}

function messageOf(error: unknown): string {
  const hint = (error as { hint?: unknown } | undefined)?.hint
  const text = textOf(error)
  return typeof hint === 'string' ? `${text}\n${hint}` : text
}

function isCommanderError(error: unknown): error is CommanderError {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' && code.startsWith('commander.')
}

/** Commander has said everything already. */
function codeOf(error: CommanderError): number {
  return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
}

function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags
}

function usage(message: string): CliError {
  return new CliError(ExitCode.usage, message)
}
