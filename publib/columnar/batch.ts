/** Up to 64 Ki records in their order: what flows between operators. Who is given one does not change it. */
export type Batch<T> = readonly T[]

/** The most records a batch holds. */
export const BATCH_RECORDS_MAX = 65_536
