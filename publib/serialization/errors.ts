import { SimSparkError } from '#publib/util'

export function valueNotEncodable(where: string, what: string, cause?: unknown): SimSparkError {
  return new SimSparkError(
    'VALUE_NOT_ENCODABLE',
    `${where} is ${what}, which cannot be sent, cached or written.`,
    {
      cause,
      hint: 'Give plain data: numbers, strings, arrays, objects, Maps, Sets, dates, bytes. Make others of it where they are used.',
    },
  )
}

export function corruptBlock(what: string, cause?: unknown): SimSparkError {
  return new SimSparkError('CORRUPT_BLOCK', `A block of records is damaged: ${what}.`, {
    cause,
    retryable: true,
  })
}
