import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import { createPeople } from '../../../event/people'
import { finish } from '../../../syntax/steps'
import type { BlobStore } from '../../blob-store'
import type { EventErasure, EventsErased } from '../../event-store'
import { inParallel } from '../dynamo/in-parallel'
import { guarded } from '../errors'
import { isEvent } from './batch'
import type { createItems } from './item'
import { tenantOf } from './keys'
import { batchesOf, type OutcomesOf } from './outcomes'
import type { EventTable } from './write'
import type { Item } from './write-units'

interface Needs extends EventTable {
  items: ReturnType<typeof createItems>
  outcomesOf: OutcomesOf
  blobs: Pick<BlobStore, 'delete'>
}

// A scan answers with a megabyte at a time, which takes some 50 ms: a gigabyte is a minute or so.
const MAX_PAGES = 1000
const DELETES_AT_A_TIME = 10

/**
 * Looks at every item of the table: what an event says of others stands in no index, and a lean
 * deployment has none by actor either. A consistent read unit covers 4 KB (developer guide, "Read
 * consistency") and costs $0.125 a million: a million events are a gigabyte or so, $0.03.
 *
 * The body of a large event is deleted before its item. A process that dies in between leaves an
 * item without a body, which nothing gives out, and which expires.
 */
export async function eraseEvents(
  { client, table, items, outcomesOf, blobs }: Needs,
  tenantId: string,
  { actorIds, leaving = async () => {}, cursor, isDryRun = false }: EventErasure,
  maxPages = MAX_PAGES,
): Promise<EventsErased> {
  const people = createPeople(actorIds)
  let removed = 0
  let looked = 0
  let after = cursor
  for (let pages = 0; pages < maxPages; pages += 1) {
    const { Items = [], LastEvaluatedKey } = await guarded('erasing events', () =>
      client.send(
        new ScanCommand({
          TableName: table,
          // The read is consistent: it sees what `append` has answered.
          ConsistentRead: true,
          FilterExpression: 'begins_with(k, :tenant)',
          ExpressionAttributeValues: { ':tenant': { S: `${tenantId}#` } },
          ProjectionExpression: 'k, b, o, m',
          ...(after !== undefined && { ExclusiveStartKey: { k: { S: after } } }),
        }),
      ),
    )
    looked += Items.length
    const theirs = await theirsOf(Items)
    if (theirs.length > 0) await leaving(theirs.map(({ eventId }) => eventId))
    const gone = isDryRun
      ? theirs.map(() => true)
      : await inParallel(theirs, DELETES_AT_A_TIME, ({ item }) => eraseItem(item))
    removed += await stored(theirs.filter((_, at) => gone[at]))
    after = LastEvaluatedKey?.k?.S
    if (after === undefined) return { removed, looked }
  }
  return { removed, looked, nextCursor: after }

  async function theirsOf(found: readonly Item[]) {
    const theirs: { item: Item; eventId: string }[] = []
    for (const item of found) {
      // Another tenant's id may begin with this one's and a `#`.
      if (tenantOf(item.k!.S!) !== tenantId || !isEvent(item)) continue
      const record = await items.toRecord(item)
      if (record && finish(people.own(record))) theirs.push({ item, eventId: record.eventId })
    }
    return theirs
  }

  /** Counts the items that were events. What a batch left that nobody committed goes uncounted. */
  async function stored(gone: readonly { item: Item }[]): Promise<number> {
    const outcomes = await outcomesOf(batchesOf(gone.map(({ item }) => item)))
    return gone.filter(({ item: { m } }) => !m || outcomes.get(m.S!) === 'committed').length
  }

  /** Erases an item. @returns whether it was this call that deleted it */
  async function eraseItem({ k, o }: Item): Promise<boolean> {
    if (o?.S !== undefined) await blobs.delete(o.S)
    const command = new DeleteItemCommand({
      TableName: table,
      Key: { k: k! },
      ConditionExpression: 'attribute_exists(k)',
    })
    return isDone(() => client.send(command))
  }
}

/** Runs a conditional write. @returns false when another call was faster */
async function isDone(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    return guarded('erasing events', () => Promise.reject(error))
  }
}
