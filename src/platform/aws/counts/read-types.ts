import { isDeepStrictEqual } from 'node:util'
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { later } from '../../arrivals'
import { hourOf } from '../../shared/tally'
import { byFrequency, forgottenIn, lastHourOf, sumOf } from '../../shared/type-slots'
import type { CountedType, ForgottenPart } from '../../type-counts'
import { type Attributes, keyOf, number, primaryKey, queryAll, text } from '../dynamo/attributes'
import { inParallel } from '../dynamo/in-parallel'
import {
  FORGOTTEN,
  HOUR,
  hourUpdate,
  type LaneHour,
  laneOf,
  slotsIn,
  TOTAL,
  totalKey,
  typesOf,
} from './types'

interface Table {
  client: DynamoDBClient
  table: string
}

// A table on demand takes thousands of writes a second; a connection serves one at a time.
const WIDTH = 16
// A tenant's events are counted every two seconds a shard, and reading takes some ten milliseconds.
const MAX_READS = 20

/** Reads the types of a tenant with what came in the last hour. */
export async function readTypes(from: Table, tenantId: string, now: Date): Promise<CountedType[]> {
  const hour = hourOf(new Date(now.getTime() - 60 * 60 * 1000).toISOString())
  const [totals, all, mark] = await Promise.all([
    readTotals(from, tenantId),
    readHours(from, tenantId, hour),
    readMark(from, tenantId),
  ])
  const hours = all.filter((one) => one.hour >= mark.hour)
  const lastHour = lastHourOf(hours, now)
  const sums = new Map<string, CountedType>()
  for (const { type, total, lastSeenAt } of totals) {
    const sum = sums.get(type) ?? { type, total: 0, lastHour: lastHour.get(type) ?? 0, lastSeenAt }
    sum.total += total
    sum.lastSeenAt = later(sum.lastSeenAt, lastSeenAt)
    sums.set(type, sum)
  }
  return byFrequency([...sums.values()])
}

/** Each lane of a type is told apart, since what is taken from a sum is taken where it was added. */
const placeOf = ({ type, lane }: Pick<LaneHour, 'type' | 'lane'>) => JSON.stringify([type, lane])

/** Forgets what arrived before a time. */
export async function forgetTypes(
  from: Table,
  tenantId: string,
  before: ForgottenPart,
): Promise<{ removed: number }> {
  const hour = hourOf(before.time)
  const mark = await readMark(from, tenantId)
  // An hour in which something was forgotten before has a part of its events, and is whole for us.
  if (hour < mark.hour) return { removed: 0 }
  // From now on nothing is added of what is to be forgotten.
  await markForgotten(from, tenantId, { hour, before: later(mark.before, before.time) })
  const { totals, hours } = await readBoth(from, tenantId, hour)
  const left = new Map<string, number>()
  const taken: LaneHour[] = []
  for (const one of hours) {
    const gone = forgottenIn(one, before)
    left.set(placeOf(one), (left.get(placeOf(one)) ?? 0) + sumOf(one.slots) - sumOf(gone))
    if (sumOf(gone) > 0) taken.push({ ...one, slots: gone.map((count) => -count) })
  }
  // Each update takes away what was read, so that what is added meanwhile stays.
  await inParallel(taken, WIDTH, (one) => {
    return send(from, hourUpdate(from.table, tenantId, one).Update!)
  })
  let removed = 0
  await inParallel(totals, WIDTH, async ({ type, lane, total }) => {
    const gone = total - (left.get(placeOf({ type, lane })) ?? 0)
    if (gone <= 0) return
    removed += gone
    await send(from, {
      TableName: from.table,
      Key: totalKey(tenantId, type, lane),
      UpdateExpression: 'ADD #total :gone',
      ExpressionAttributeNames: { '#total': 'total' },
      ExpressionAttributeValues: { ':gone': number(-gone) },
    })
  })
  return { removed }
}

/**
 * Reads totals and the hours from one on as they were at one moment: whoever counts adds to both at once,
 * so that hours which are the same before and after the totals belong to these.
 */
async function readBoth(from: Table, tenantId: string, hour: string) {
  let hours = await readHours(from, tenantId, hour)
  for (let tries = 1; ; tries += 1) {
    const totals = await readTotals(from, tenantId)
    const again = await readHours(from, tenantId, hour)
    if (isDeepStrictEqual(again, hours)) return { totals, hours }
    if (tries === MAX_READS) {
      throw new StorageError('counts change too fast to be forgotten', { isRetriable: true })
    }
    hours = again
  }
}

async function send({ client }: Table, update: ConstructorParameters<typeof UpdateItemCommand>[0]) {
  await client.send(new UpdateItemCommand(update))
}

/** The mark says what was forgotten: hours before this one, and what arrived before then. */
interface Mark {
  hour: string
  before: string
}

async function readMark(from: Table, tenantId: string): Promise<Mark> {
  const [mark] = await between(from, tenantId, [FORGOTTEN, FORGOTTEN])
  return { hour: mark?.hour?.S ?? '', before: mark?.before?.S ?? '' }
}

async function markForgotten({ client, table }: Table, tenantId: string, mark: Mark) {
  await client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: primaryKey(typesOf(tenantId), FORGOTTEN),
      UpdateExpression: 'SET #hour = :hour, #before = :before',
      ExpressionAttributeNames: { '#hour': 'hour', '#before': 'before' },
      ExpressionAttributeValues: { ':hour': text(mark.hour), ':before': text(mark.before) },
    }),
  )
}

async function readTotals(from: Table, tenantId: string) {
  const items = await between(from, tenantId, [keyOf(TOTAL, ''), `${TOTAL}$`])
  return items
    .map((item) => ({
      type: item.type!.S!,
      lane: laneOf(item),
      total: Number(item.total?.N ?? 0),
      lastSeenAt: item.lastSeenAt?.S ?? '',
    }))
    .filter(({ total }) => total > 0)
}

/** Reads the hours from one on. */
async function readHours(from: Table, tenantId: string, hour: string): Promise<LaneHour[]> {
  const items = await between(from, tenantId, [keyOf(HOUR, hour), `${HOUR}$`])
  return items.map((item) => {
    const at = decodeURIComponent(item.sk!.S!.split('#')[1]!)
    return { type: item.type!.S!, lane: laneOf(item), hour: at, slots: slotsIn(item) }
  })
}

/** Lists items of a tenant by their sort keys. `$` comes next after `#`, which is between two parts. */
function between(
  { client, table }: Table,
  tenantId: string,
  [first, last]: [string, string],
): Promise<Attributes[]> {
  return queryAll(client, {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': text(typesOf(tenantId)),
      ':first': text(first),
      ':last': text(last),
    },
  })
}
