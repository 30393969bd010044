import type { Answered } from '../ask-server'
import type { Ask, Follow } from './follow'
import type { Quarantined } from './line'

// As many as a page may have (`GET /quarantine`).
const PAGE = 1000

// One question reads at most so many pages, and of more it sees the newest.
const MAX_PAGES = 10

/** Follows what goes to quarantine. An item that was there before, word for word, is not new. */
export function followQuarantine(ask: Ask, sourceId: string | undefined): Follow {
  let from: string | undefined
  let seen = new Set<string>()

  /** Lists what was received since, the newest first; without a time, the newest alone. */
  async function latest(): Promise<Quarantined[] | Answered> {
    const query = new URLSearchParams({
      limit: String(from === undefined ? 1 : PAGE),
      ...(sourceId !== undefined && { sourceId }),
      ...(from !== undefined && { from }),
    })
    const found: Quarantined[] = []
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await ask(`quarantine?${query}`)
      if (answer.status !== 200) return answer
      const { items, nextCursor } = answer.body as { items: Quarantined[]; nextCursor?: string }
      found.push(...items)
      if (nextCursor === undefined || from === undefined) break
      query.set('cursor', nextCursor)
    }
    return found
  }

  return {
    async next() {
      const found = await latest()
      if (!Array.isArray(found)) return { trouble: found }
      const isFirst = from === undefined
      const fresh = found.filter(({ quarantineId }) => !seen.has(quarantineId)).reverse()
      const newest = found[0]?.receivedAt ?? from ?? new Date(0).toISOString()
      if (newest !== from) seen = new Set()
      from = newest
      for (const { quarantineId, receivedAt } of found) {
        if (receivedAt === newest) seen.add(quarantineId)
      }
      return { items: isFirst ? [] : fresh.map((item) => ({ quarantined: item })), isAll: true }
    },
  }
}
