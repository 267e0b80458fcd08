import { realClock, realFiles, realRandom, realThreads } from '#publib/env'
import type { StageInstance } from '#publib/lineage'
import type { Backend } from './backend/backend.ts'
import { LocalBackend } from './backend/local.ts'
import type { ContextPlan } from './context-options.ts'
import type { Engine } from './engine.ts'
import type { LazyLog } from './lazy-log.ts'
import { type EngineParts, startEngine } from './start-engine.ts'

/** The engine that a plan's master asks for, ready to run jobs. */
export function openEngine(plan: ContextPlan, log: LazyLog): Promise<Engine> {
  const common = { clock: realClock, files: realFiles, log }
  const { masterUrl } = plan
  switch (masterUrl.kind) {
    case 'inline':
      return startEngine(plan, { ...common, ...inline(plan), failuresMax: 1 })
    case 'local': {
      const backend = localBackend(plan, { threads: masterUrl.executors })
      return startEngine(plan, { ...common, backend, failuresMax: masterUrl.failuresMax })
    }
    case 'localCluster':
    case 'standalone':
      return clusterEngine(plan, common)
  }
}

/** Executors of a master, or of one that this program starts for itself. */
async function clusterEngine(
  plan: ContextPlan,
  common: Pick<EngineParts, 'clock' | 'files' | 'log'>,
): Promise<Engine> {
  const failuresMax = plan.settings.get('simspark.task.maxFailures')
  return startEngine(plan, { ...common, backend: await clusterBackend(plan), failuresMax })
}

async function clusterBackend(plan: ContextPlan): Promise<Backend> {
  const { masterUrl, settings, appName, sparkUser: user } = plan
  const common = { settings, appName, user }
  if (masterUrl.kind === 'localCluster') {
    const { LocalClusterBackend } = await import('./backend/local-cluster.ts')
    return new LocalClusterBackend({ ...common, ...masterUrl })
  }
  if (masterUrl.kind !== 'standalone') throw new TypeError(`${masterUrl.kind} is no cluster`)
  const { openStandalone } = await import('./backend/open-standalone.ts')
  return openStandalone({ ...common, masters: masterUrl.masters })
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
