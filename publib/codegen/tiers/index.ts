export type { Tier } from './step-tier.ts'
export { type OperatorTier, Tiers } from './tiers-of.ts'
