import { loadPackage } from '../codecs/index.ts'
import { packageMissing } from '../errors.ts'

/** A type that decodes values one after another; `offset` is negative where bytes are missing. */
export interface AvroType {
  decode(bytes: Buffer, position: number): { readonly value: unknown; readonly offset: number }
}

/** What is used of avsc. */
interface Avsc {
  readonly Type: { forSchema(schema: unknown, options: object): AvroType }
  readonly types: {
    readonly LogicalType: new (...args: never[]) => object
    readonly LongType: { __with(methods: object): object }
  }
}

let loaded: Avsc | undefined

/** The type of a schema: longs are bigints, dates and timestamps are dates. @throws MODULE_MISSING */
export function avroTypeOf(schema: unknown): AvroType {
  try {
    loaded ??= loadPackage<Avsc>('avsc')
  } catch (error) {
    throw packageMissing('avsc', 'Reading Avro', error)
  }
  const { Type, types } = loaded
  const day = 86_400_000
  const logicalTypes = {
    date: dateOf(types.LogicalType, value => value * day),
    'timestamp-millis': dateOf(types.LogicalType, value => value),
    'timestamp-micros': dateOf(types.LogicalType, value => value / 1000),
  }
  return Type.forSchema(schema, { registry: { long: bigintsOf(types) }, logicalTypes })
}

function bigintsOf({ LongType }: Avsc['types']): object {
  return LongType.__with({
    fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64LE(value)
      return bytes
    },
    fromJSON: (value: number) => BigInt(value),
    toJSON: (value: bigint) => Number(value),
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
  })
}

function dateOf(base: Avsc['types']['LogicalType'], toMs: (value: number) => number): object {
  return class extends base {
    protected _fromValue(value: number | bigint): Date {
      return new Date(toMs(Number(value)))
    }
    protected _toValue(value: Date): number {
      return value.getTime()
    }
  }
}
