import { Buffer } from 'node:buffer'
import type { Env } from '#publib/env'
import { type ApplicationId, applicationId } from '#publib/util'

/** `app-20261121174300-4f2a`: when it began, and chance. */
export function newApplicationId({ clock, random }: Pick<Env, 'clock' | 'random'>): ApplicationId {
  const digits = new Date(clock.wallTime()).toISOString().replace(/\D/g, '').slice(0, 14)
  return applicationId(`app-${digits}-${Buffer.from(random.bytes(4)).toString('hex')}`)
}
