export * as v from './valibot.ts'
