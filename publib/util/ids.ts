/** A text or number that names one kind of thing and no other. */
type Id<Base, Kind extends string> = Base & { readonly __kind: Kind }

/** `app-20261121174300-4f2a`: made by the master, or by the driver in local modes. */
export type ApplicationId = Id<string, 'application'>
/** `worker-4f2a9c31`: kept in the worker's state folder. */
export type WorkerId = Id<string, 'worker'>
/** One executor thread of one application: `<workerId>/<number>`, never reused in an application. */
export type ExecutorId = Id<string, 'executor'>
/** The child process that holds the executors of one application on one worker. */
export type HostId = Id<string, 'host'>
export type RddId = Id<number, 'rdd'>
export type JobId = Id<number, 'job'>
export type StageId = Id<number, 'stage'>
export type ShuffleId = Id<number, 'shuffle'>
/** One attempt of one partition; unique in the application and rising. */
export type TaskId = Id<number, 'task'>
export type BroadcastId = Id<number, 'broadcast'>
export type AccumulatorId = Id<number, 'accumulator'>
/** One more with each start of a master on its state folder; what is older is refused. */
export type MasterEpoch = Id<number, 'epoch'>
/** One more with each start of a worker on its state folder. */
export type Incarnation = Id<number, 'incarnation'>

/** The grammar of ids that cross the wire: never a path, never markup. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}$/

/** Whether a text may name something. Ids with `..` are refused: they could climb out of a folder. */
export function isIdText(text: string): boolean {
  return ID.test(text) && !text.includes('..')
}

export const applicationId = (text: string): ApplicationId => text as ApplicationId
export const workerId = (text: string): WorkerId => text as WorkerId
export const executorId = (text: string): ExecutorId => text as ExecutorId
export const hostId = (text: string): HostId => text as HostId
export const rddId = (index: number): RddId => index as RddId
export const jobId = (index: number): JobId => index as JobId
export const stageId = (index: number): StageId => index as StageId
export const shuffleId = (index: number): ShuffleId => index as ShuffleId
export const taskId = (index: number): TaskId => index as TaskId
export const broadcastId = (index: number): BroadcastId => index as BroadcastId
export const accumulatorId = (index: number): AccumulatorId => index as AccumulatorId
export const masterEpoch = (index: number): MasterEpoch => index as MasterEpoch
export const incarnation = (index: number): Incarnation => index as Incarnation
