import type { ChildProcess, ForkOptions, Processes } from '#publib/env'
import type { SimProcess, World } from './world.ts'

/** The child's end of the channel to its parent. */
export interface SimParent {
  send(message: unknown): void
  onMessage: ((message: unknown) => void) | undefined
  /** The parent is gone. */
  onDisconnect: (() => void) | undefined
  onTerm: (() => void) | undefined
}

/** Runs the production shell of an entry in a simulated process. */
export type SimProgram = (process: SimProcess, parent: SimParent) => void

/** Between a fork and the first line of the child. */
const START_MS_MIN = 20
const START_MS_MAX = 80

/** Child processes of one simulated process, on its machine. They outlive a parent that is killed, as real ones do. */
export function simProcesses(
  world: World,
  parent: SimProcess,
  programs: ReadonlyMap<string, SimProgram>,
): Processes {
  return { fork: options => fork(world, parent, programs, options) }
}

function fork(
  world: World,
  parent: SimProcess,
  programs: ReadonlyMap<string, SimProgram>,
  { entry }: ForkOptions,
): ChildProcess {
  const program = programs.get(entry)
  if (program === undefined) throw new TypeError(`nothing is simulated for ${entry}`)
  const name = `${entry.split('/').at(-2)} of ${parent.name}`
  const child = world.process(parent.machine, name, parent)
  const up = orderly(world, parent)
  const down = orderly(world, child)
  const atParent: ChildProcess = {
    pid: child.pid,
    onMessage: undefined,
    onExit: undefined,
    send: message => down(() => atChild.onMessage?.(structuredClone(message))),
    kill: signal => signalled(world, child, atChild, signal),
  }
  const atChild: SimParent = {
    onMessage: undefined,
    onDisconnect: undefined,
    onTerm: undefined,
    send: message => {
      const copy = structuredClone(message)
      up(() => atParent.onMessage?.(copy))
    },
  }
  child.onEnd((code, signal) => up(() => atParent.onExit?.(code, signal)))
  parent.onEnd(() => down(() => atChild.onDisconnect?.()))
  const startMs = world.random.integer(START_MS_MIN, START_MS_MAX) * parent.machine.slowness
  down(() => program(child, atChild), startMs)
  return atParent
}

function signalled(
  world: World,
  child: SimProcess,
  atChild: SimParent,
  signal: 'SIGTERM' | 'SIGKILL',
): void {
  if (signal === 'SIGKILL') world.after(1, () => child.end(null, signal))
  else if (atChild.onTerm === undefined) child.enter(() => child.end(null, signal))
  else world.after(1, () => child.enter(() => atChild.onTerm?.()))
}

/** Calls into a process, one after the other, each a little later. */
function orderly(world: World, process: SimProcess): (call: () => void, delayMs?: number) => void {
  let freeAt = 0
  return (call, delayMs = 0.1 + world.random.number()) => {
    freeAt = Math.max(freeAt, world.now + delayMs)
    world.after(freeAt - world.now, () => process.enter(call))
  }
}
