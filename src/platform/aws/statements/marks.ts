import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { DeleteItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../clock'
import type { Writing } from '../../statement-store'
import { keyOf, number, primaryKey, text } from '../dynamo/attributes'
import { guarded } from '../errors'
import type { StatementTable } from './bases'

// A partition takes 1,000 write units a second, and a writing is two: four take 2,000 requests a
// second of one tenant. Whoever reads asks all of them, a read unit each.
const SHARDS = 4

/**
 * The clocks of two functions may differ by less than this. Amazon Time Sync, which Lambda's machines
 * follow, keeps them within a millisecond; and a mark takes a round trip to the table before the
 * statements under it get their time.
 */
export const CLOCKS_APART_MS = 25

/**
 * A mark that nobody ended stops counting after so long. Its process is dead by then, since `api` and
 * `realtime` are stopped after 29 s and a message of `sweep` takes no longer. What it had stored was
 * in the table's stream then, from which `changes` adds it: it is called every two seconds, and takes
 * some seconds for what has piled up. When the feed is further behind, the alarm FeedAge says so.
 */
export const LAPSE_MS = 60_000

// DynamoDB drops what has lapsed; nobody reads it, since a read begins after it.
const KEPT_SECONDS = 3600
// Milliseconds since 1970 have 9 digits to base 36 until the year 5188.
const DIGITS = 9
const RANDOM_BYTES = 6

/**
 * Keeps marks of statements that are being stored: `consistentThrough` is the oldest of them, or now.
 * A mark is an item that is there before the time that its statements get, and is deleted after they
 * can be found.
 */
export function createMarks({ client, table, clock }: StatementTable & { clock: Clock }) {
  /** Counts by tenant what this process could not add: writings since then stay marked. */
  const failures = new Map<string, number>()
  /** Holds the writings of this process by tenant, with their times: it lives, so they do not lapse. */
  const own = new Map<string, Map<object, number>>()

  /** Reads the oldest mark there is at this moment. */
  async function oldest(tenantId: string): Promise<number> {
    const lapsed = digits(clock.now().getTime() - LAPSE_MS)
    const times = Array.from({ length: SHARDS }, async (_, shard) => {
      const command = new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk > :lapsed',
        ExpressionAttributeValues: {
          ':pk': text(partition(tenantId, shard)),
          ':lapsed': text(lapsed),
        },
        Limit: 1,
      })
      const { Items = [] } = await client.send(command)
      return Items.map(({ sk }) => Number.parseInt(sk!.S!.slice(0, DIGITS), 36))
    })
    const found = await guarded('reading what is being stored', () => Promise.all(times))
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...found.flat(),
      ...(own.get(tenantId)?.values() ?? []),
    )
  }

  return {
    async begin(tenantId: string): Promise<Writing> {
      const before = failures.get(tenantId)
      const now = clock.now().getTime()
      const random = randomBytes(RANDOM_BYTES)
      const pk = partition(tenantId, random[0]! % SHARDS)
      const key = primaryKey(pk, `${digits(now)}-${random.toString('hex')}`)
      const Item = { ...key, x: number(Math.ceil((now + LAPSE_MS) / 1000) + KEPT_SECONDS) }
      await guarded('announcing statements', () =>
        client.send(new PutItemCommand({ TableName: table, Item })),
      )
      const open = own.get(tenantId) ?? new Map<object, number>()
      own.set(tenantId, open.set(key, now))
      return {
        async end(outcome) {
          open.delete(key)
          if (open.size === 0 && own.get(tenantId) === open) own.delete(tenantId)
          if (outcome === 'unknown' || failures.get(tenantId) !== before) return
          // It lapses by itself if it cannot be deleted.
          await client.send(new DeleteItemCommand({ TableName: table, Key: key })).catch(() => {})
        },
      }
    },

    /** Says that statements of these tenants are stored, but cannot be found yet. */
    notAdded(tenantIds: Iterable<string>) {
      for (const id of new Set(tenantIds)) failures.set(id, (failures.get(id) ?? 0) + 1)
    },

    /**
     * Finds the time before which all that is stored can be found by who reads after this call, in
     * ms since 1970.
     */
    async through(tenantId: string): Promise<number> {
      const now = clock.now().getTime()
      return Math.min(now - CLOCKS_APART_MS, await oldest(tenantId))
    },

    /** Does the same, but waits until the time of the call is known to be past by every clock. */
    async settled(tenantId: string): Promise<number> {
      const now = clock.now().getTime()
      await wait(CLOCKS_APART_MS)
      return Math.min(now, await oldest(tenantId))
    },
  }
}

export type Marks = ReturnType<typeof createMarks>

function partition(tenantId: string, shard: number): string {
  return keyOf(tenantId, 'p', String(shard))
}

function digits(ms: number): string {
  return Math.max(0, ms).toString(36).padStart(DIGITS, '0')
}
