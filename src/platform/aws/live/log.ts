import { setTimeout as wait } from 'node:timers/promises'
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItem,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import type { Clock } from '../../clock'
import { type Attributes, number, text } from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import { transact } from '../dynamo/transact'
import { guarded } from '../errors'
import { headKey, LAST_ROW, logOf, rowIn, rowKey, rowName } from './keys'

/** A row has the events of one batch of the stream, as the last part of their keys in the table. */
export interface LogRow {
  row: number
  digests: readonly string[]
}

export interface LogRows {
  rows: LogRow[]
  /** If true, there are no more. */
  isEnd: boolean
}

/** A head says of a tenant's log which row is the last, and until when it is wanted, in seconds. */
export interface Head {
  last: number
  wantedUntil: number
}

// Whoever was away for a day goes on without a gap; the hour is for clocks, and for batches that
// came late.
const HELD_S = 25 * 60 * 60
// The interest of a reader is written down once in so long, and not with each page.
const RENEWED_AFTER_S = 30 * 60
// Whoever writes a log and whoever wants it may have different times, of less than this: AWS's clocks
// agree within milliseconds (Amazon Time Sync).
const CLOCKS_APART_S = 60
// The last part of an event's key (`events/keys.ts`) has so many characters.
const DIGEST_LENGTH = 22
// Each shard of the events' stream has a writer of its own, and one of those that meet gets on each
// time: some shards have their turn within these.
const MAX_TRIES = 20
const LONGEST_PAUSE_MS = 200
// A tenant's interest that is remembered has some 60 bytes; who is forgotten costs one write.
const MAX_REMEMBERED = 10_000

/**
 * The live log of a tenant says in which order its events came out of the stream. Rows are numbered
 * without a gap: a transaction counts the head on and puts the row, so that whoever reads a row has
 * had every row before it. A row is written only while somebody has wanted the log in the last day;
 * where nobody did, a number is left out, by which a reader sees that it missed something.
 */
export function createLiveLog(needs: { client: DynamoDBClient; table: string; clock: Clock }) {
  const { client, table, clock } = needs
  const TableName = table
  const nowS = () => Math.floor(clock.now().getTime() / 1000)
  const renewed = new Map<string, number>()

  function isFresh(tenantId: string): boolean {
    return nowS() - (renewed.get(tenantId) ?? 0) < RENEWED_AFTER_S
  }

  const query = (input: QueryCommandInput) =>
    guarded('reading a live log', () => client.send(new QueryCommand(input)))

  async function headOf(tenantId: string): Promise<Head | undefined> {
    const command = new GetItemCommand({ TableName, Key: headKey(tenantId), ConsistentRead: true })
    const { Item } = await guarded('finding a live log', () => client.send(command))
    return Item && headIn(Item)
  }

  /** Notes the interest on a condition. @returns undefined when that does not hold */
  async function wantIf(tenantId: string, condition: string, update = '', more: Attributes = {}) {
    const command = new UpdateItemCommand({
      TableName,
      Key: headKey(tenantId),
      UpdateExpression: `SET wantedUntil = :until${update}`,
      ConditionExpression: condition,
      ExpressionAttributeValues: {
        ':until': number(nowS() + HELD_S),
        ':soon': number(nowS() + CLOCKS_APART_S),
        ...more,
      },
      ReturnValues: 'ALL_NEW',
    })
    try {
      const { Attributes } = await client.send(command)
      return headIn(Attributes!)
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      return guarded('wanting a live log', () => Promise.reject(error))
    }
  }

  /** Notes that somebody wants the log. @returns its head */
  async function want(tenantId: string): Promise<Head> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const goesOn = await wantIf(tenantId, 'wantedUntil > :soon')
      // A log begins with the time as its number, so that numbers of a table that was lost, or of a
      // head that was, never come again.
      const begins =
        goesOn ??
        (await wantIf(
          tenantId,
          'attribute_not_exists(wantedUntil) OR wantedUntil <= :soon',
          ', lastRow = if_not_exists(lastRow, :first) + :one',
          { ':first': number(clock.now().getTime()), ':one': number(1) },
        ))
      if (begins === undefined) continue
      if (renewed.size > MAX_REMEMBERED) renewed.clear()
      renewed.set(tenantId, nowS())
      return begins
    }
    throw new StorageError('a live log could not be wanted: others did', { isRetriable: true })
  }

  return {
    /**
     * Notes that somebody reads the log of a tenant: for 25 hours from now it is written.
     * @returns its head, as it is at this moment
     * @throws {StorageError}
     */
    async want(tenantId: string): Promise<Head> {
      return (isFresh(tenantId) ? await headOf(tenantId) : undefined) ?? want(tenantId)
    },

    /** Finds those whose log somebody wants, as it is at this moment. @throws {StorageError} */
    async wanted(tenantIds: Iterable<string>): Promise<Map<string, Head>> {
      const keys = [...new Set(tenantIds)].map((tenantId) => [logOf(tenantId), tenantId] as const)
      const tenants = new Map(keys)
      const asked = [...tenants.values()].map(headKey)
      const items = await batchGet('finding live logs', { client, table }, asked)
      const heads = items.map((item) => [tenants.get(item.pk!.S!)!, headIn(item)] as const)
      return new Map(heads.filter(([, { wantedUntil }]) => wantedUntil > nowS()))
    },

    /**
     * Appends a row.
     * @param head as it was lately
     * @param keys of the events in their table; a few hundred
     * @returns its number
     * @throws {StorageError}
     */
    async append(tenantId: string, head: Head, keys: readonly string[]): Promise<number> {
      const digests = keys.map((key) => key.slice(-DIGEST_LENGTH)).join('')
      let { last } = head
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const actions = [
          countOn(TableName, tenantId, last),
          putRow(TableName, tenantId, last + 1, digests, nowS() + HELD_S),
        ]
        const refused = await guarded('writing a live log', () => transact(client, actions))
        if (refused === undefined) return last + 1
        await wait(Math.random() * LONGEST_PAUSE_MS)
        last = (await headOf(tenantId))?.last ?? last
      }
      throw new StorageError('a live log could not be written: others did', { isRetriable: true })
    },

    /** Notes that somebody goes on reading. It costs nothing while that was noted lately. */
    async renew(tenantId: string): Promise<void> {
      if (!isFresh(tenantId)) await want(tenantId)
    },

    /**
     * Reads rows in order, from a number on, as they are at this moment.
     * @throws {StorageError}
     */
    async rows(tenantId: string, from: number, limit: number): Promise<LogRows> {
      const input = {
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :last',
        // DynamoDB drops what has expired within days, and in no order.
        FilterExpression: 'expiresAt > :now',
        ExpressionAttributeValues: {
          ':pk': text(logOf(tenantId)),
          ':from': text(rowName(from)),
          ':last': text(LAST_ROW),
          ':now': number(nowS()),
        },
      }
      let { Items, LastEvaluatedKey } = await query({ ...input, Limit: limit })
      // Where all have expired, thousands may have: they are passed over a megabyte at a time.
      while (Items?.length === 0 && LastEvaluatedKey !== undefined) {
        ;({ Items, LastEvaluatedKey } = await query({
          ...input,
          ExclusiveStartKey: LastEvaluatedKey,
        }))
      }
      const found = (Items ?? []).slice(0, limit)
      return {
        rows: found.map(({ sk, digests }) => ({
          row: rowIn(sk!.S!),
          digests: piecesOf(digests!.S!),
        })),
        isEnd: LastEvaluatedKey === undefined && found.length === Items?.length,
      }
    },
  }
}

export type LiveLog = ReturnType<typeof createLiveLog>

function headIn({ lastRow, wantedUntil }: Attributes): Head {
  return { last: Number(lastRow!.N), wantedUntil: Number(wantedUntil!.N) }
}

function countOn(TableName: string, tenantId: string, last: number): TransactWriteItem {
  return {
    Update: {
      TableName,
      Key: headKey(tenantId),
      UpdateExpression: 'SET lastRow = :next',
      ConditionExpression: 'lastRow = :last',
      ExpressionAttributeValues: { ':last': number(last), ':next': number(last + 1) },
    },
  }
}

function putRow(
  TableName: string,
  tenantId: string,
  row: number,
  digests: string,
  expiresAt: number,
): TransactWriteItem {
  const held = { digests: text(digests), expiresAt: number(expiresAt) }
  return { Put: { TableName, Item: { ...rowKey(tenantId, row), ...held } } }
}

function piecesOf(digests: string): string[] {
  const count = digests.length / DIGEST_LENGTH
  return Array.from({ length: count }, (_, at) => {
    return digests.slice(at * DIGEST_LENGTH, (at + 1) * DIGEST_LENGTH)
  })
}
