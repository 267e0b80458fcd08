import type {
  CsvKernels,
  JsonKernels,
  KernelMemory,
  Kernels,
  KeyKernels,
  NumberKernels,
  OrderKernels,
  TextKernels,
} from '../doors.ts'
import { csvRecords } from './csv.ts'
import { csvCells, csvGrid } from './csv-grid.ts'
import { gatherTexts } from './gather.ts'
import { hashNumbers, hashTexts, recordSums } from './hash.ts'
import { integersOf } from './integers.ts'
import { jsonFields } from './json.ts'
import { PlainNumberTable } from './number-table.ts'
import { numberTexts } from './number-texts.ts'
import { orderOfNumbers, placesOfNumbers, sortNumbers } from './order-numbers.ts'
import { orderOfTexts, placesOfTexts } from './order-texts.ts'
import { splitEach, splitLines, splitSpaces } from './split.ts'
import { addByIds } from './sums.ts'
import { caseTexts, isAscii, isUtf8, testTexts, unitLengths } from './text-facts.ts'
import { PlainTextTable } from './text-table.ts'

const memory: KernelMemory = {
  memoryBytes: 0,
  allocate: size => new Uint8Array(size),
  free() {},
  scope: work => work(),
}

const texts: TextKernels = {
  isAscii,
  isUtf8,
  splitLines,
  splitEach,
  splitSpaces,
  hashTexts,
  gatherTexts,
  unitLengths,
  testTexts,
  caseTexts,
}

const keys: KeyKernels = {
  hashNumbers,
  recordSums,
  addByIds,
  textTable: () => new PlainTextTable(),
  numberTable: () => new PlainNumberTable(),
}

const orders: OrderKernels = {
  orderOfTexts,
  orderOfNumbers,
  sortNumbers,
  placesOfTexts,
  placesOfNumbers,
}

const numbers: NumberKernels = { integersOf, numberTexts }

const csv: CsvKernels = { csvRecords, csvGrid, csvCells }

const json: JsonKernels = { jsonFields }

/** All kernels in plain TypeScript: what they mean, and what runs where WebAssembly is refused. Has no state of its own. */
export const plainKernels: Kernels = {
  name: 'plain',
  ...memory,
  ...texts,
  ...keys,
  ...numbers,
  ...orders,
  ...csv,
  ...json,
}
