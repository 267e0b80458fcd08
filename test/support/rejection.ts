import { SimSparkError } from '#publib/util'

/** The SimSparkError that a promise rejects with; fails where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<SimSparkError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof SimSparkError) return error
    throw error
  }
  throw new Error('it did not reject')
}

/** The SimSparkError that a call throws; fails where it does not. */
export function thrown(call: () => unknown): SimSparkError {
  try {
    call()
  } catch (error) {
    if (error instanceof SimSparkError) return error
    throw error
  }
  throw new Error('it did not throw')
}
