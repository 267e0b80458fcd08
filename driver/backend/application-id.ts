import type { Env } from '#publib/env'
import { type ApplicationId, applicationId } from '#publib/util'

/** `app-20261121174300-4f2a`: when it began, and chance. */
export function newApplicationId({ clock, random }: Pick<Env, 'clock' | 'random'>): ApplicationId {
  const digits = new Date(clock.wallTime()).toISOString().replace(/\D/g, '').slice(0, 14)
  // A name, not a secret: bytes that nobody can guess would cost the start of a program the loading of node:crypto.
  const chance = Math.floor(random.number() * 2 ** 32)
  return applicationId(`app-${digits}-${chance.toString(16).padStart(8, '0')}`)
}
