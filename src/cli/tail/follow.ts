import type { EventRecord } from '../../event/record'
import type { Answered } from '../ask-server'
import type { Shown } from './line'

/** An answer has what came since the one before, or says what stood against it. */
export type Followed = { items: Shown[]; isAll: boolean } | { trouble: Answered }

export interface Follow {
  next(): Promise<Followed>
}

export type Ask = (path: string) => Promise<Answered>

// As many as a page may have (`GET /analytics/events`).
const PAGE = 1000

/** Follows events by their arrival, or by their time where the server knows no order of arrival. */
export function createFollow(ask: Ask, filters: Record<string, string>): Follow {
  let after: string | undefined
  let byTime: Follow | undefined

  return {
    async next() {
      if (byTime !== undefined) return byTime.next()
      const query = new URLSearchParams({ ...filters, view: 'record', limit: String(PAGE) })
      if (after !== undefined) query.set('after', after)
      const answer = await ask(`analytics/arrivals?${query}`)
      if (answer.status === 404 && after === undefined) {
        byTime = followByTime(ask, filters)
        return byTime.next()
      }
      if (answer.status !== 200) return { trouble: answer }
      const { events, next, isAll } = answer.body as unknown as Arrivals
      after = next
      return { items: events.map((event) => ({ event })), isAll }
    },
  }
}

interface Arrivals {
  events: EventRecord[]
  next: string
  isAll: boolean
}

// Events are looked for so far back by their own time; what comes later than that is not seen.
const WINDOW_MS = 15 * 60_000

// One question reads at most so many pages, and of more it sees the newest.
const MAX_PAGES = 10

/** Follows events that are hardly older than their arrival: those of the last minutes by their time. */
function followByTime(ask: Ask, { sourceId, ...filters }: Record<string, string>): Follow {
  const seen = new Map<string, number>()
  let begun: string | undefined

  async function latest(): Promise<EventRecord[] | Answered> {
    const from = new Date(Date.now() - WINDOW_MS).toISOString()
    const query = new URLSearchParams({ ...filters, from, view: 'record', limit: String(PAGE) })
    const found: EventRecord[] = []
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await ask(`analytics/events?${query}`)
      if (answer.status !== 200) return answer
      const { events, nextCursor } = answer.body as { events: EventRecord[]; nextCursor?: string }
      found.push(...events)
      if (nextCursor === undefined) break
      query.set('cursor', nextCursor)
    }
    return found
  }

  return {
    async next() {
      const found = await latest()
      if (!Array.isArray(found)) return { trouble: found }
      const isFirst = begun === undefined
      begun ??= ''
      const fresh = found.filter(({ eventId }) => !seen.has(eventId))
      const now = Date.now()
      for (const { eventId } of found) seen.set(eventId, now)
      for (const [eventId, at] of seen) if (now - at > WINDOW_MS) seen.delete(eventId)
      if (isFirst) return { items: [], isAll: true }
      const wanted = fresh.filter((event) => sourceId === undefined || event.sourceId === sourceId)
      wanted.sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))
      return { items: wanted.map((event) => ({ event })), isAll: true }
    },
  }
}
