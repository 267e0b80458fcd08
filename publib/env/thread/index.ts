// What executor threads take of the world. The whole face would load processes and daemons into each of them.
export { realClock } from '../real-clock.ts'
export { realRandom } from '../real-random.ts'
export { realSyncFiles } from '../real-sync-files.ts'
