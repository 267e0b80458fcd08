export { readAvro } from './read-avro.ts'
