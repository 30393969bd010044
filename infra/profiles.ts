import { type IndexProfile, indexProfiles } from '../src/platform/aws/deployed/index-profiles'
import type { IndexName } from '../src/platform/aws/deployed/resources'

/** A profile says what a deployment pays for. */
export interface Profile {
  indexes: readonly IndexName[]
  /** Says how long the hot copies stay, unless `NONIUS_HOT_TTL_DAYS` says otherwise. */
  hotTtlDays: number
}

export const profiles: Record<IndexProfile, Profile> = {
  // Without indexes the hot copies serve resends and webhooks; a week outlives every sender's retries.
  lean: { indexes: indexProfiles.lean, hotTtlDays: 7 },
  standard: { indexes: indexProfiles.standard, hotTtlDays: 30 },
  full: { indexes: indexProfiles.full, hotTtlDays: 30 },
}

export const profileNames = Object.keys(profiles) as IndexProfile[]
