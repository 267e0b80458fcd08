import { realClock, realFiles, realRandom, realThreads } from '#publib/env'
import type { StageInstance } from '#publib/lineage'
import type { Logger } from '#publib/log'
import type { Backend } from './backend/backend.ts'
import { LocalBackend } from './backend/local.ts'
import type { ContextPlan } from './context-options.ts'
import type { Engine } from './engine.ts'
import type { MasterUrl } from './master-url.ts'
import { type EngineParts, startEngine } from './start-engine.ts'

/** The engine that a plan's master asks for, ready to run jobs. */
export async function openEngine(plan: ContextPlan, log: Logger): Promise<Engine> {
  const common = { clock: realClock, files: realFiles, log }
  const { masterUrl, settings } = plan
  switch (masterUrl.kind) {
    case 'inline':
      return startEngine(plan, { ...common, ...inline(plan), failuresMax: 1 })
    case 'local': {
      const backend = localBackend(plan, { threads: masterUrl.executors })
      return startEngine(plan, { ...common, backend, failuresMax: masterUrl.failuresMax })
    }
    default: {
      const failuresMax = settings.get('simspark.task.maxFailures')
      return startEngine(plan, { ...common, backend: await remote(plan, masterUrl), failuresMax })
    }
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

/** What a cluster needs is loaded only for one: programs on this machine start without it. */
async function remote(
  { appName, sparkUser: user, settings }: ContextPlan,
  masterUrl: Extract<MasterUrl, { kind: 'localCluster' | 'standalone' }>,
): Promise<Backend> {
  if (masterUrl.kind === 'localCluster') {
    const { workers, executorsPerWorker, executorMiB } = masterUrl
    const { LocalClusterBackend } = await import('./backend/local-cluster.ts')
    const size = { workers, executorsPerWorker, executorMiB }
    return new LocalClusterBackend({ ...size, appName, user, settings })
  }
  const { openStandalone } = await import('./backend/open-standalone.ts')
  return openStandalone({ masters: masterUrl.masters, appName, user, settings })
}
