/** What a driver's settings say of its executor hosts, wherever they run: each value within bounds that decoders hold. */
export interface HostSettings {
  /** `simspark.memory.fraction`: the part of an executor's memory for data of operators and of caches. */
  readonly memoryFraction: number
  /** `simspark.memory.storageFraction`: the part of that for caches. */
  readonly storageFraction: number
  /** `simspark.reducer.maxSizeInFlight`. */
  readonly fetchBytesInFlightMax: number
  /** `simspark.shuffle.io.maxRetries`. */
  readonly fetchRetriesMax: number
  /** `simspark.rpc.message.maxSize`: the largest message that the host takes in. */
  readonly messageBytesMax: number
  /** `simspark.network.leaseTimeout`: the host ends itself when no driver has renewed its lease for so long. */
  readonly leaseMs: number
  /** `simspark.executorEnv.<NAME>`: variables of the host's process. */
  readonly environment: Readonly<Record<string, string>>
}
