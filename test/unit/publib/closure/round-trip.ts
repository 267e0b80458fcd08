/** Captures a function and makes it again in this process: what an executor would run. */
import { capture, compile } from '../../../../publib/closure/index.ts'

export async function shipped<F extends (...given: never[]) => unknown>(fn: F): Promise<F> {
  const { bytes } = capture([{ fn, operation: 'rdd.map()' }])
  const [copy] = (await compile(bytes)).instantiate()
  return copy as F
}

/** The error that capturing throws. */
export function refusalOf(fn: (...given: never[]) => unknown): Error & { code?: string } {
  try {
    capture([{ fn, operation: 'rdd.map()' }])
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it was not refused')
}

/** The head of a payload, as text. */
export function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
