import { realClock, realFiles, realRandom, realThreads } from '#publib/env'
import type { StageInstance } from '#publib/lineage'
import { LocalBackend } from './backend/local.ts'
import type { ContextPlan } from './context-options.ts'
import type { Engine } from './engine.ts'
import type { LazyLog } from './lazy-log.ts'
import { type EngineParts, startEngine } from './start-engine.ts'

/** The engine that a plan's master asks for, ready to run jobs. */
export function openEngine(plan: ContextPlan, log: LazyLog): Promise<Engine> {
  const common = { clock: realClock, files: realFiles, log }
  const { masterUrl, settings } = plan
  switch (masterUrl.kind) {
    case 'inline':
      return startEngine(plan, { ...common, ...inline(plan), failuresMax: 1 })
    case 'local': {
      const backend = localBackend(plan, { threads: masterUrl.executors })
      return startEngine(plan, { ...common, backend, failuresMax: masterUrl.failuresMax })
    }
    default:
      throw new TypeError(`${settings}`)
  }
}

/** Tasks in the driver's own thread, with the user's own functions: nothing is encoded. */
function inline(plan: ContextPlan): Pick<EngineParts, 'backend' | 'encodeStage'> {
  const backend = localBackend(plan, 'inline')
  return {
    backend,
    encodeStage: (stageId, lineage, work) => {
      const instance: StageInstance = { lineage, work }
      backend.liveStages?.set(stageId, instance)
      return { bytes: new Uint8Array(), warnings: [], broadcastIds: [] }
    },
  }
}

function localBackend(
  { settings }: ContextPlan,
  executors: 'inline' | { readonly threads: number | undefined },
): LocalBackend {
  return new LocalBackend({
    env: { clock: realClock, random: realRandom, files: realFiles, threads: realThreads },
    executors,
    localFolders: settings.get('simspark.local.dir'),
    executorMemoryBytes: settings.get('simspark.executor.memory'),
    memoryFraction: settings.get('simspark.memory.fraction'),
    storageFraction: settings.get('simspark.memory.storageFraction'),
  })
}
