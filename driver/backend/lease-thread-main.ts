import { parentPort, workerData } from 'node:worker_threads'
import { realEnv } from '#publib/env'
import { webSocketNetwork } from '#publib/transport'
import { type LeaseCommand, LeaseKeeper, type LeaseOptions } from './lease-keeper.ts'

/** The driver's thread without user code: renews leases, whatever the main thread computes. */
const keeper = new LeaseKeeper(realEnv(webSocketNetwork()), workerData as LeaseOptions)
parentPort?.on('message', (command: LeaseCommand) => keeper.handle(command))
