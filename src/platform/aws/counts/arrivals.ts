import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { isSomething } from '../../arrivals'
import { SLOT_KEPT_MS } from '../../shared/arrival-slots'
import type { ArrivalCounts, Arrivals, CountedSender } from '../../source-activity'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'

/** Noted arrivals are what came from one sender in one slot, and waits to be written. */
export interface NotedArrivals {
  sender: CountedSender
  slot: string
  lastUsedAt: string
  lastSeenAt: string | undefined
  arrivals: Arrivals
}

/** The items of a tenant lie under one key: senders since the beginning, and slots by their time. */
export const activityOf = (tenantId: string) => keyOf('activity', tenantId)
export const SEEN = 'seen'
export const SLOT = 'slot'

// Each has an attribute, so that any number of processes can add to it.
export const REASON = 'reason:'
export const LAG = 'lag:'

// An update's expression has at most 4 KB and 300 operators ("Expressions", limits): two hundred
// counts fit, a hundred leave room. Of more steps of lag, as in a back-fill, the rarest are left out.
const LAG_STEPS = 100

/** Adds arrivals to what is known of their sender, and to their slot. */
export function updatesOf(
  table: string,
  { sender, slot, lastUsedAt, lastSeenAt, arrivals }: NotedArrivals,
): TransactWriteItem[] {
  const { tenantId, sourceId, keyId } = sender
  const pk = activityOf(tenantId)
  const { lags, ...counts } = arrivals
  const times = {
    lastUsedAt: text(lastUsedAt),
    ...(lastSeenAt && { lastSeenAt: text(lastSeenAt) }),
  }
  const seen = primaryKey(pk, keyOf(SEEN, sourceId, keyId))
  const updates = [updateOf(table, seen, times, countersOf(counts))]
  if (!isSomething(arrivals)) return updates
  // TTL reads whole seconds.
  const expiresAt = Math.floor((Date.parse(`${slot}Z`) + SLOT_KEPT_MS) / 1000)
  const steps = Object.entries(lags)
    .sort(([, many], [, more]) => more - many)
    .slice(0, LAG_STEPS)
    .map(([step, count]): [string, number] => [LAG + step, count])
  const slotted = primaryKey(pk, keyOf(SLOT, slot, sourceId, keyId))
  const expiring = { expiresAt: number(expiresAt) }
  updates.push(updateOf(table, slotted, expiring, [...countersOf(counts), ...steps]))
  return updates
}

function countersOf({ reasons, ...counts }: ArrivalCounts): [string, number][] {
  const named = Object.entries(reasons).map(([code, n]): [string, number] => [REASON + code, n])
  return [...Object.entries(counts), ...named]
}

function updateOf(
  TableName: string,
  Key: Attributes,
  set: Attributes,
  added: [string, number][],
): TransactWriteItem {
  const sets = Object.entries(set)
  const setting = sets.map((_, n) => `#s${n} = :s${n}`).join(', ')
  const adding = added.map((_, n) => `#${n} :${n}`).join(', ')
  return {
    Update: {
      TableName,
      Key,
      UpdateExpression: `SET ${setting} ADD ${adding}`,
      ExpressionAttributeNames: Object.fromEntries([
        ...sets.map(([name], n) => [`#s${n}`, name]),
        ...added.map(([name], n) => [`#${n}`, name]),
      ]),
      ExpressionAttributeValues: Object.fromEntries([
        ...sets.map(([, value], n) => [`:s${n}`, value]),
        ...added.map(([, count], n) => [`:${n}`, number(count)]),
      ]),
    },
  }
}
