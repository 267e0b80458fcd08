import type { Files, Random } from '#publib/env'
import { v } from '#publib/schema'
import { incarnation, masterEpoch, workerId } from '#publib/util'
import { identityUnreadable } from './errors.ts'
import type { WorkerIdentity } from './site.ts'

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const shape = v.object({
  workerId: v.pipe(v.string(), v.regex(/^worker-[0-9a-f]{8,32}$/)),
  incarnation: whole,
  epochSeen: whole,
})

/** Who this worker is: the id of its state folder, one incarnation later than its last life. On disk when it resolves. */
export async function nextIdentity(
  env: { readonly files: Files; readonly random: Random },
  path: string,
): Promise<WorkerIdentity> {
  const last = await readIdentity(env.files, path)
  const identity: WorkerIdentity = {
    workerId: last?.workerId ?? workerId(`worker-${hex(env.random.bytes(4))}`),
    incarnation: incarnation((last?.incarnation ?? 0) + 1),
    epochSeen: last?.epochSeen ?? masterEpoch(0),
  }
  await writeIdentity(env.files, path, identity)
  return identity
}

export async function writeIdentity(
  files: Files,
  path: string,
  identity: WorkerIdentity,
): Promise<void> {
  await files.writeFile(path, Buffer.from(`${JSON.stringify(identity)}\n`))
}

async function readIdentity(files: Files, path: string): Promise<WorkerIdentity | undefined> {
  if ((await files.stat(path)) === undefined) return undefined
  try {
    const parsed = v.parse(shape, JSON.parse(Buffer.from(await files.readFile(path)).toString()))
    return {
      workerId: workerId(parsed.workerId),
      incarnation: incarnation(parsed.incarnation),
      epochSeen: masterEpoch(parsed.epochSeen),
    }
  } catch (cause) {
    throw identityUnreadable(path, cause)
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
