import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import { type Reach, reaches, reachOf } from '../../identity/reach'
import type { Replayer } from '../../ingest/replay'
import type { QuarantineFilter } from '../../platform/quarantine-store'

export function replayerOf(principal: Principal): Replayer & { hash?: string | undefined } {
  const { tenantId, keyId, hash, scopes } = principal
  return { tenantId, keyId, hash, reach: reachOf(principal), isAdmin: scopes.includes('admin') }
}

/**
 * A filter that finds nothing beyond the reach of whoever asks.
 * @throws {AppError} `forbidden` when it names a source beyond it
 */
export function withinReach(filter: QuarantineFilter, reach: Reach): QuarantineFilter {
  if (reach === '*') return filter
  if (filter.sourceId !== undefined) {
    if (reaches(reach, filter.sourceId)) return filter
    const detail = `This key reaches the quarantine of ${reach.join(', ')} only.`
    throw new AppError('forbidden', detail)
  }
  const [first = '', ...others] = reach
  return others.length === 0 ? { ...filter, sourceId: first } : { ...filter, sourceIds: reach }
}
