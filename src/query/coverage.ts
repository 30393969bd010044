import type { ServingPlatform } from '../platform/platform'

/**
 * Tells a time before which the lake has every event that has arrived, ISO 8601 UTC. Call it before
 * the lake is asked: what arrives between the two is after it. Undefined where the platform's own
 * metrics tell (on AWS).
 */
export function lakeCompleteTo(
  { changes }: Pick<ServingPlatform, 'changes'>,
  now: Date,
): string | undefined {
  const archive = changes?.lags().find(({ consumer }) => consumer === 'archive')
  if (archive === undefined) return undefined
  const { records, ageMs } = archive
  return new Date(now.getTime() - (records === 0 ? 0 : Math.ceil(ageMs))).toISOString()
}
