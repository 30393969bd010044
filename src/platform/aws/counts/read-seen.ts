import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { addArrivals, emptyArrivals } from '../../arrivals'
import { firstSlot, slotOf } from '../../shared/arrival-slots'
import type { Arrivals, SeenSender } from '../../source-activity'
import { type Attributes, keyOf, queryAll, text } from '../dynamo/attributes'
import { activityOf, LAG, REASON, SEEN, SLOT } from './arrivals'

/** Reads who was seen of a tenant, with what came in the last hour. */
export async function readSeen(
  client: DynamoDBClient,
  table: string,
  tenantId: string,
  now: Date,
): Promise<SeenSender[]> {
  const pk = text(activityOf(tenantId))
  const between = (first: string, last: string) =>
    queryAll(client, {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':pk': pk, ':first': text(first), ':last': text(last) },
    })
  // `$` comes next after `#`, which is between two parts of a key.
  const [seen, slots] = await Promise.all([
    between(keyOf(SEEN, ''), `${keyOf(SEEN)}$`),
    between(keyOf(SLOT, firstSlot(now)), `${keyOf(SLOT, slotOf(now.toISOString()))}$`),
  ])
  const hours = new Map<string, Arrivals>()
  for (const item of slots) {
    const name = item.sk!.S!.split('#').slice(2).join('#')
    const sum = hours.get(name) ?? emptyArrivals()
    addArrivals(sum, arrivalsIn(item))
    hours.set(name, sum)
  }
  return seen.map((item) => {
    const place = item.sk!.S!.split('#').slice(1)
    const [sourceId, keyId] = place.map(decodeURIComponent) as [string, string]
    const { lags: _, ...total } = arrivalsIn(item)
    const lastHour = hours.get(place.join('#')) ?? emptyArrivals()
    const lastSeenAt = item.lastSeenAt?.S
    const times = { lastUsedAt: item.lastUsedAt!.S!, ...(lastSeenAt && { lastSeenAt }) }
    return { tenantId, sourceId, keyId, ...times, total, lastHour }
  })
}

function arrivalsIn(item: Attributes): Arrivals {
  const count = (name: string) => Number(item[name]?.N ?? 0)
  const under = (prefix: string) =>
    Object.fromEntries(
      Object.keys(item)
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(prefix.length), count(name)]),
    )
  return {
    accepted: count('accepted'),
    duplicates: count('duplicates'),
    quarantined: count('quarantined'),
    refused: count('refused'),
    reasons: under(REASON),
    lags: under(LAG),
  }
}
