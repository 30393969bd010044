import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { EventFilter } from '../../event/filter'
import type { BlobStore } from '../blob-store'
import type { Clock } from '../clock'
import type { EventPageRequest, EventStore } from '../event-store'
import type { TokenSigner } from '../shared/page-token'
import type { IndexName } from './deployed/resources'
import { appendWith } from './events/append'
import { createItems } from './events/item'
import { keyOf } from './events/keys'
import { committedOf, createOutcomes } from './events/outcomes'
import { createPlaces } from './events/place'
import { queryEvents } from './events/query'
import { readItems } from './events/read'
import { standingsWith } from './events/standing'

interface Needs {
  client: DynamoDBClient
  /** Events are written with this client, which is `client` when left out. */
  writer?: DynamoDBClient
  table: string
  /** Lists the indexes that the table has. */
  indexes: readonly IndexName[]
  /** Stores bodies that are too large for an item. */
  blobs: Pick<BlobStore, 'put' | 'get' | 'delete'>
  tokens: () => Promise<TokenSigner>
  clock: Clock
  /** A transaction takes so many items at most; as many as DynamoDB allows when left out. */
  maxTogether?: number | undefined
}

/**
 * Makes the hot store on DynamoDB: each event is an item, written on condition that there is none
 * with its key. Indexes follow within a second or so: a query may not show yet what `append` has
 * just stored, `get` always does.
 */
export function createEventStore(needs: Needs): EventStore {
  const { client, writer = client, table, indexes, blobs, tokens, clock, maxTogether } = needs
  const events = { client, table }
  const items = createItems(needs)
  const outcomesOf = createOutcomes(events)
  const standingsOf = standingsWith({ events, outcomesOf, clock })

  async function query(tenantId: string, filter: EventFilter, page: EventPageRequest) {
    const now = clock.now().getTime()
    const source = { ...events, indexes, items, outcomesOf, tokens: await tokens(), now }
    return queryEvents(source, tenantId, filter, page)
  }

  return {
    append: appendWith({
      events: { client: writer, table },
      items,
      placeOf: createPlaces(clock),
      standingsOf,
      clock,
      maxTogether,
    }),

    async get(tenantId, eventId) {
      const key = keyOf(tenantId, eventId)
      const held = await readItems(events, [key])
      const item = (await committedOf(held, outcomesOf)).get(key)
      const record = item && (await items.toRecord(item))
      const isIt = record?.tenantId === tenantId && record.eventId === eventId
      return isIt && Date.parse(record.expiresAt) > clock.now().getTime() ? record : undefined
    },

    query,

    async latest(tenantId, filter, page) {
      const found = await query(tenantId, filter, page)
      const items = found.items.toSorted((a, b) => b.receivedAt.localeCompare(a.receivedAt))
      return { ...found, items }
    },

    // DynamoDB drops items by their time to live, without being asked.
    expire: async () => ({ dropped: 0 }),

    async erase(tenantId, erasure) {
      // Few requests ask for it, and taking events must start without it.
      const { eraseEvents } = await import('./events/erase')
      return eraseEvents({ ...events, items, outcomesOf, blobs }, tenantId, erasure)
    },

    async [Symbol.asyncDispose]() {},
  }
}
