import type { EventFilter } from '../event/filter'
import { later } from '../platform/arrivals'
import type { EventStore } from '../platform/event-store'
import type { Hidden } from './hidden'

export type ShownEvents = Pick<EventStore, 'get' | 'query' | 'latest' | 'arrivals'>

/** Reads a store without what is hidden: every route that gives out events asks this one. */
export function createShownEvents(events: EventStore, hidden: Pick<Hidden, 'before'>): ShownEvents {
  async function shown<Filter extends Pick<EventFilter, 'receivedFrom'>>(
    tenantId: string,
    filter: Filter,
  ): Promise<Filter> {
    const before = await hidden.before(tenantId)
    if (before === undefined) return filter
    return { ...filter, receivedFrom: later(before, filter.receivedFrom) }
  }

  const { arrivals } = events
  return {
    async get(tenantId, eventId) {
      const record = await events.get(tenantId, eventId)
      if (record === undefined) return undefined
      const before = await hidden.before(tenantId)
      return before !== undefined && record.receivedAt < before ? undefined : record
    },

    query: async (tenantId, filter, ...page) =>
      events.query(tenantId, await shown(tenantId, filter), ...page),

    latest: async (tenantId, filter, ...page) =>
      events.latest(tenantId, await shown(tenantId, filter), ...page),

    ...(arrivals !== undefined && {
      arrivals: async (tenantId, filter, ...request) =>
        arrivals(tenantId, await shown(tenantId, filter), ...request),
    }),
  }
}
