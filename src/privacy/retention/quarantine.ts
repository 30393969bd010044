import type { QuarantineStore } from '../../platform/quarantine-store'

// Summaries have no texts; a page of them is a few megabytes at most.
const PAGE = 200

/**
 * Forgets what arrived in a tenant's quarantine before a time, the oldest first, and gives its source the
 * room back.
 * @param goOn is asked before each; false ends the run, and the next goes on
 */
export async function forgetQuarantined(
  quarantine: Pick<QuarantineStore, 'summaries' | 'release'>,
  tenantId: string,
  { before, goOn }: { before: string; goOn: () => boolean },
): Promise<number> {
  let forgotten = 0
  let cursor: string | undefined
  do {
    const page = { limit: PAGE, order: 'oldest' as const, cursor }
    const { items, nextCursor } = await quarantine.summaries(tenantId, page, { to: before })
    for (const { quarantineId } of items) {
      if (!goOn()) return forgotten
      if (await quarantine.release(tenantId, quarantineId)) forgotten += 1
    }
    cursor = nextCursor
  } while (cursor !== undefined && goOn())
  return forgotten
}
