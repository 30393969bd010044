import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { TypeHour } from '../../shared/noted-types'
import { hourOf } from '../../shared/tally'
import { byFrequency, forgottenIn, lastHourOf, sumOf } from '../../shared/type-slots'
import type { CountedType, ForgottenPart } from '../../type-counts'
import { type Attributes, keyOf, number, primaryKey, queryAll, text } from '../dynamo/attributes'
import { inParallel } from '../dynamo/in-parallel'
import { FORGOTTEN, HOUR, hourUpdate, slotsIn, TOTAL, totalKey, typesOf } from './types'

interface Table {
  client: DynamoDBClient
  table: string
}

// A table on demand takes thousands of writes a second; a connection serves one at a time.
const WIDTH = 16

/** Reads the types of a tenant with what came in the last hour. */
export async function readTypes(from: Table, tenantId: string, now: Date): Promise<CountedType[]> {
  const hour = hourOf(new Date(now.getTime() - 60 * 60 * 1000).toISOString())
  const [totals, { hours }] = await Promise.all([
    readTotals(from, tenantId),
    readHours(from, tenantId, hour),
  ])
  const lastHour = lastHourOf(hours, now)
  const types = totals.map(({ type, total, lastSeenAt }) => {
    return { type, total, lastHour: lastHour.get(type) ?? 0, lastSeenAt }
  })
  return byFrequency(types)
}

/** Forgets what arrived before a time. */
export async function forgetTypes(
  from: Table,
  tenantId: string,
  before: ForgottenPart,
): Promise<{ removed: number }> {
  const hour = hourOf(before.time)
  const totals = await readTotals(from, tenantId)
  const { hours, forgotten } = await readHours(from, tenantId, hour)
  // An hour in which something was forgotten before has a part of its events, and is whole for us.
  if (hour < forgotten) return { removed: 0 }
  const left = new Map<string, number>()
  const taken: TypeHour[] = []
  for (const one of hours) {
    const gone = forgottenIn(one, before)
    left.set(one.type, (left.get(one.type) ?? 0) + sumOf(one.slots) - sumOf(gone))
    if (sumOf(gone) > 0) taken.push({ ...one, slots: gone.map((count) => -count) })
  }
  await markForgotten(from, tenantId, hour)
  // Each update takes away what was read, so that what is added meanwhile stays.
  await inParallel(taken, WIDTH, (one) => {
    return send(from, hourUpdate(from.table, tenantId, one).Update!)
  })
  let removed = 0
  await inParallel(totals, WIDTH, async ({ type, total }) => {
    const gone = total - (left.get(type) ?? 0)
    if (gone <= 0) return
    removed += gone
    await send(from, {
      TableName: from.table,
      Key: totalKey(tenantId, type),
      UpdateExpression: 'ADD #total :gone',
      ExpressionAttributeNames: { '#total': 'total' },
      ExpressionAttributeValues: { ':gone': number(-gone) },
    })
  })
  return { removed }
}

async function send({ client }: Table, update: ConstructorParameters<typeof UpdateItemCommand>[0]) {
  await client.send(new UpdateItemCommand(update))
}

async function markForgotten({ client, table }: Table, tenantId: string, hour: string) {
  await client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: primaryKey(typesOf(tenantId), FORGOTTEN),
      UpdateExpression: 'SET #hour = :hour',
      ExpressionAttributeNames: { '#hour': 'hour' },
      ExpressionAttributeValues: { ':hour': text(hour) },
    }),
  )
}

async function readTotals(from: Table, tenantId: string) {
  const items = await between(from, tenantId, [keyOf(TOTAL, ''), `${TOTAL}$`])
  return items
    .map((item) => ({
      type: item.type!.S!,
      total: Number(item.total?.N ?? 0),
      lastSeenAt: item.lastSeenAt?.S ?? '',
    }))
    .filter(({ total }) => total > 0)
}

/** Reads the hours from one on, but for those that were forgotten. */
async function readHours(from: Table, tenantId: string, hour: string) {
  const [items, [mark]] = await Promise.all([
    between(from, tenantId, [keyOf(HOUR, hour), `${HOUR}$`]),
    between(from, tenantId, [FORGOTTEN, FORGOTTEN]),
  ])
  const forgotten = mark?.hour?.S ?? ''
  const hours = items.map((item): TypeHour => {
    const at = decodeURIComponent(item.sk!.S!.split('#')[1]!)
    return { type: item.type!.S!, hour: at, slots: slotsIn(item) }
  })
  return { hours: hours.filter((one) => one.hour >= forgotten), forgotten }
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
