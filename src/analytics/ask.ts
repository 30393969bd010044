import type { Viewer } from '../identity/viewer'
import type { Clock } from '../platform/clock'
import type { Lake, LakeLimits } from '../platform/lake'
import type { ServingPlatform } from '../platform/platform'
import { askLake, type LakeAnswer } from '../query/ask-lake'
import { lakeCompleteTo } from '../query/coverage'
import type { Hidden } from '../query/hidden'
import { sqlInstant } from '../query/narrowing'
import { sqlVisible } from '../query/visible'
import { sqlText } from '../syntax/sql'

export interface AskNeeds {
  platform: { lake: Lake } & Pick<ServingPlatform, 'changes'>
  hidden: Pick<Hidden, 'before' | 'ofAll'>
  clock: Pick<Clock, 'now'>
}

export interface ViewerQuery {
  /** SQL of our own over the view `events`, for DuckDB and Trino. */
  sql: string
  /** A condition of our own over its columns. */
  where?: string | undefined
  timezone?: string | undefined
  limits?: Partial<LakeLimits> | undefined
  signal?: AbortSignal | undefined
}

/** An answer says what it covers. */
export interface Covered {
  /** Every event that arrived before then is in it, ISO 8601 UTC. Absent where nobody knows (on AWS). */
  completeTo?: string | undefined
}

/**
 * Asks the lake as somebody who may see a part of it: of one tenant, without what is hidden.
 * @throws {AppError} as `askLake` does
 */
export async function askAs(
  { platform, hidden, clock }: AskNeeds,
  { tenantId, visibility }: Viewer,
  { sql, where, timezone, limits, signal }: ViewerQuery,
): Promise<LakeAnswer & Covered> {
  const completeTo = lakeCompleteTo(platform, clock.now())
  const isOfAll = visibility.kind === 'everywhere'
  const shown = isOfAll ? await shownOfAll(hidden) : [await shownOf(hidden, tenantId)]
  const all = [where, sqlVisible(visibility), ...shown].filter(Boolean)
  const answer = await askLake(
    platform.lake,
    {
      reader: isOfAll ? 'operator' : { tenantId },
      ...{ sql, timezone, limits },
      where: all.length === 0 ? undefined : all.map((one) => `(${one})`).join(' AND '),
    },
    { signal },
  )
  return { ...answer, ...(completeTo !== undefined && { completeTo }) }
}

async function shownOf(hidden: AskNeeds['hidden'], tenantId: string): Promise<string | undefined> {
  const before = await hidden.before(tenantId)
  return before && `received_at >= ${sqlInstant(before)}`
}

/** Each tenant has hidden what it has hidden from whoever reads across all of them, too. */
async function shownOfAll(hidden: AskNeeds['hidden']): Promise<string[]> {
  const all = await hidden.ofAll()
  return all.map(({ tenantId, before }) => {
    return `tenant_id <> ${sqlText(tenantId)} OR received_at >= ${sqlInstant(before)}`
  })
}
