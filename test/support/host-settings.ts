import type { HostSettings } from '#publib/protocol'

/** What the settings say of hosts where nothing is set. */
export const hostSettings: HostSettings = {
  ...{ memoryFraction: 0.6, storageFraction: 0.5 },
  ...{ fetchBytesInFlightMax: 48 * 2 ** 20, fetchRetriesMax: 3, messageBytesMax: 128 * 2 ** 20 },
  leaseMs: 15_000,
  environment: {},
}
