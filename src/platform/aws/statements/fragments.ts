import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { Fragment } from '../../../event/statement'
import { MAX_FRAGMENTS } from '../../statement-store'
import {
  type Attributes,
  bytes,
  keyOf,
  number,
  primaryKey,
  queryAll,
  text,
} from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import { batchWrite } from '../dynamo/batch-write'
import { inParallel } from '../dynamo/in-parallel'
import { guarded } from '../errors'
import type { StatementTable } from './bases'
import type { Base } from './body'
import { insertAll } from './insert'
import { hashOf, shortened } from './keys'

export type FragmentKind = 'activities' | 'agents'

// A fragment that is known to be held, and said by others too, is not looked at again: some hundred
// bytes each.
const MAX_KNOWN = 10_000
// A fragment lasts as long as a statement that says it, but for a day: it is not written anew for
// every statement.
const REFRESH_SECONDS = 24 * 60 * 60
// An item has at most 400 KB. Nobody defines an activity in so many, and a page of them is read whole.
const MAX_PACKED_BYTES = 100 * 1024
const WRITES_AT_A_TIME = 8
// One new fragment in eight looks whether there are too many: at most some dozens more are there.
const TRIMS = /^[A-H]/

/**
 * Stores what statements say of activities and agents: an item for each different text, with `s` its
 * place in the order, `j` the text, `x` when it expires, `w` who said it first, and `n` that others
 * say it too. It is written when it is new, and hardly ever again.
 */
export function createFragments(from: StatementTable) {
  /** Holds the second at which known fragments expire, by their key. */
  const known = new Map<string, number>()

  function remember(key: string, expires: number) {
    known.delete(key)
    known.set(key, expires)
    if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!)
  }

  /** Keeps the newest of a partition. */
  async function trim(pk: string) {
    const found = await guarded('reading definitions', () => all(pk, 'pk, sk, s'))
    const old = found.toSorted(byOrder).slice(0, -MAX_FRAGMENTS)
    const requests = old.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk: pk!, sk: sk! } } }))
    await batchWrite('dropping definitions', from, requests)
  }

  function all(pk: string, ProjectionExpression?: string) {
    return queryAll(from.client, {
      TableName: from.table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': text(pk) },
      ProjectionExpression,
    })
  }

  /** Notes that others say it too, or for longer. */
  async function renew({ pk, sk, x }: Attributes, isShared: boolean) {
    const command = new UpdateItemCommand({
      TableName: from.table,
      Key: { pk: pk!, sk: sk! },
      UpdateExpression: `SET x = :x${isShared ? ', n = :yes' : ''}`,
      // It may have been dropped meanwhile, as one of too many.
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':x': x!, ...(isShared && { ':yes': { BOOL: true } }) },
    })
    await guarded('adding definitions', async () => {
      await from.client.send(command).catch((error: Error) => {
        if (error.name !== 'ConditionalCheckFailedException') throw error
      })
    })
  }

  return {
    async add(tenantId: string, bases: readonly Base[]): Promise<void> {
      const wanted = new Map<string, Attributes>()
      for (const item of bases.flatMap((base) => itemsOf(tenantId, base))) {
        const key = nameOf(item)
        if ((known.get(key) ?? 0) + REFRESH_SECONDS >= Number(item.x!.N)) continue
        if (!wanted.has(key)) wanted.set(key, item)
      }
      if (wanted.size === 0) return
      const keys = [...wanted.values()].map(({ pk, sk }) => ({ pk: pk!, sk: sk! }))
      const found = await batchGet('reading definitions', from, keys, ['pk', 'sk', 'w', 'n', 'x'])
      const held = new Map(found.map((item) => [nameOf(item), item]))
      const fresh = [...wanted].flatMap(([key, item]) => (held.has(key) ? [] : [item]))
      await insertAll('definitions', from, fresh)

      await inParallel([...held], WRITES_AT_A_TIME, async ([key, { w, n, x }]) => {
        const item = wanted.get(key)!
        const isShared = n !== undefined || w!.S !== item.w!.S
        const expires = Math.max(Number(x!.N), Number(item.x!.N))
        const isLonger = expires > Number(x!.N) + REFRESH_SECONDS
        if (isLonger || (isShared && n === undefined)) {
          await renew({ ...item, x: number(isLonger ? expires : Number(x!.N)) }, isShared)
        }
        if (isShared) remember(key, expires)
      })
      const crowded = fresh.filter(({ sk }) => TRIMS.test(sk!.S!)).map(({ pk }) => pk!.S!)
      await inParallel([...new Set(crowded)], WRITES_AT_A_TIME, trim)
    },

    async read(tenantId: string, kind: FragmentKind, id: string, now: number): Promise<Fragment[]> {
      const pk = partition(tenantId, kind, id)
      const found = await guarded('reading definitions', () => all(pk))
      return found
        .filter(({ x }) => Number(x!.N) * 1000 > now)
        .toSorted(byOrder)
        .slice(-MAX_FRAGMENTS)
        .map(({ j }) => ({ id, json: inflateRawSync(j!.B!).toString() }))
    },

    /** Drops what only these said, and everything about these agents. */
    async drop(tenantId: string, bases: readonly Base[], agentKeys: readonly string[]) {
      const said = bases.flatMap((base) => itemsOf(tenantId, base))
      const keys = new Map(said.map((item) => [nameOf(item), { pk: item.pk!, sk: item.sk! }]))
      const found = await batchGet('reading definitions', from, [...keys.values()])
      const sayers = new Set(said.map(({ w }) => w!.S!))
      const theirs = found.filter(({ w, n }) => n === undefined && sayers.has(w!.S!))
      const about = await inParallel(agentKeys, WRITES_AT_A_TIME, (id) =>
        guarded('reading definitions', () => all(partition(tenantId, 'agents', id), 'pk, sk')),
      )
      const gone = new Map([...theirs, ...about.flat()].map((item) => [nameOf(item), item]))
      for (const key of gone.keys()) known.delete(key)
      const requests = [...gone.values()].map(({ pk, sk }) => ({
        DeleteRequest: { Key: { pk: pk!, sk: sk! } },
      }))
      await batchWrite('erasing definitions', from, requests)
    },
  }
}

function itemsOf(tenantId: string, base: Base): Attributes[] {
  const said = (['activities', 'agents'] as const).flatMap((kind) =>
    base[kind].map((fragment) => ({ kind, ...fragment })),
  )
  return said.flatMap(({ kind, id, json }): Attributes[] => {
    const packed = deflateRawSync(json)
    if (packed.length > MAX_PACKED_BYTES) return []
    return [
      {
        ...primaryKey(partition(tenantId, kind, id), shortened(json)),
        s: text(base.order),
        j: bytes(packed),
        x: number(Math.ceil(Date.parse(base.expiresAt) / 1000)),
        w: text(sayerOf(base)),
      },
    ]
  })
}

/** Names who says something, by the first agent of a statement that is its actor. */
function sayerOf({ finders, statementId }: Base): string {
  const actor = finders.find(({ by }) => by === 'agent')
  return actor ? hashOf(actor) : statementId
}

function partition(tenantId: string, kind: FragmentKind, id: string): string {
  return keyOf(tenantId, kind === 'activities' ? 'da' : 'dg', shortened(id))
}

function nameOf({ pk, sk }: Attributes): string {
  return `${pk!.S!} ${sk!.S!}`
}

function byOrder(a: Attributes, b: Attributes): number {
  return a.s!.S! < b.s!.S! ? -1 : 1
}
