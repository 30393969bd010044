import {
  type DynamoDBClient,
  GetItemCommand,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { later } from '../../arrivals'
import type { Clock } from '../../clock'
import { OTHER_TYPE, SLOTS_OF_AN_HOUR, slotIn } from '../../shared/noted-types'
import { hourOf } from '../../shared/tally'
import type { StoredType, StoredTypes } from '../../type-counts'
import { primaryKey } from '../dynamo/attributes'
import { chunksOf, inParallel } from '../dynamo/in-parallel'
import { ATTEMPTS, transact, waitAfter } from '../dynamo/transact'
import { guarded } from '../errors'
import { byPeriod, countedIn, idOf, markCounted, periodOf } from './counted'
import {
  FIRST_LANE,
  FORGOTTEN,
  hourUpdate,
  type Lane,
  totalKey,
  totalUpdate,
  typeMore,
  typesOf,
} from './types'

/** An event, with what stands for it among those of its tenant. */
type Named = readonly [id: string, one: StoredType]

interface Needs {
  client: DynamoDBClient
  /** Names the registry's table. */
  table: string
  clock: Clock
}

// So many tenants are counted at a time; a connection serves one write at a time.
const WIDTH = 8
// A transaction has at most 100 actions (TransactWriteItems); each type takes two, and the mark one.
const TYPES_AT_ONCE = 45
const UPDATES_OF_ONE = 2
// Who meets another goes on in one of so many lanes: a stream has a batch a shard at a time, of which
// a table with 40,000 writes a second has forty.
const LANES = 16
// So many names are remembered as told apart, a hundred bytes each.
const MAX_KNOWN = 20_000

/**
 * Counts events of the stream by their type. An event is counted in one transaction with a mark that it
 * was, so that one that comes again (in another batch, since Lambda cuts those as it likes) is left out.
 */
export function createStoredTypes({ client, table, clock }: Needs): StoredTypes {
  /** The names under which types are counted. */
  const known = new Map<string, string>()

  /** Counts what of one tenant arrived in one period. */
  async function countPeriod(stored: readonly StoredType[]): Promise<void> {
    const period = periodOf(stored[0]!)
    const { tenantId } = period
    const [counted, forgotten] = await Promise.all([
      countedIn({ client, table }, period),
      forgottenBefore(tenantId),
    ])
    const fresh = new Map<string, StoredType>()
    for (const one of stored) {
      const id = idOf(one)
      if (one.receivedAt >= forgotten && !counted.has(id)) fresh.set(id, one)
    }
    const names = await inParallel([...new Set(typesIn(fresh))], WIDTH, async (type) => {
      return [type, await nameFor(tenantId, type)] as const
    })
    const nameOf = new Map(names)
    const byName = Map.groupBy(fresh, ([, { type }]) => nameOf.get(type)!)
    for (const chunk of chunksOf([...byName], TYPES_AT_ONCE)) await writeChunk(period, chunk)
  }

  /** Writes counts and the mark of what they count, in another lane each time that it meets others. */
  async function writeChunk(
    period: { tenantId: string; period: string },
    byName: readonly [name: string, all: Named[]][],
  ): Promise<void> {
    const ids = byName.flatMap(([, all]) => all.map(([id]) => id))
    const mark = markCounted(table, period, ids, clock.now())
    /** Of these, something later was counted already. */
    const late = new Set<string>()
    for (let attempt = 1; ; attempt += 1) {
      const lane = laneFor(attempt)
      const updates = byName.flatMap(([type, all]) =>
        updatesOf(period.tenantId, { type, lane }, all, late.has(type)),
      )
      try {
        const failed = await transact(client, [mark, ...updates], 1)
        if (failed === undefined) return
        // Another process, to which the same batch was given, has just counted the first of these.
        if (failed[0]) throw new StorageError('these are being counted', { isRetriable: true })
        for (const [place, [type]] of byName.entries()) {
          if (failed[1 + place * UPDATES_OF_ONE]) late.add(type)
        }
      } catch (error) {
        const isPassing = error instanceof StorageError && error.isRetriable
        if (!isPassing || attempt === ATTEMPTS) throw error
        await waitAfter(attempt)
      }
    }
  }

  /** Returns the writes that add events of one type to their sums: the first has a condition. */
  function updatesOf(
    tenantId: string,
    place: { type: string; lane: Lane },
    all: readonly Named[],
    isLate: boolean,
  ): TransactWriteItem[] {
    const slots = new Array<number>(SLOTS_OF_AN_HOUR).fill(0)
    let lastSeenAt = ''
    for (const [, { receivedAt }] of all) {
      slots[slotIn(receivedAt)]! += 1
      lastSeenAt = later(lastSeenAt, receivedAt)
    }
    const added = { ...place, hour: hourOf(lastSeenAt), slots }
    return [
      totalUpdate(table, tenantId, added, isLate ? undefined : lastSeenAt),
      hourUpdate(table, tenantId, added),
    ]
  }

  /** Returns the name under which a type is counted: its own, if there are not too many. */
  async function nameFor(tenantId: string, type: string): Promise<string> {
    if (type === OTHER_TYPE) return type
    const key = JSON.stringify([tenantId, type])
    const name = known.get(key) ?? (await toldAs(tenantId, type))
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(key, name)
    return name
  }

  async function toldAs(tenantId: string, type: string): Promise<string> {
    const Key = totalKey(tenantId, type)
    const held = await client.send(new GetItemCommand({ TableName: table, Key }))
    if (held.Item !== undefined) return type
    const failed = await transact(client, typeMore(table, tenantId, type))
    return failed === undefined || failed[0] === true ? type : OTHER_TYPE
  }

  /** Tells what of a tenant is not to be counted any more: what arrived before then. */
  async function forgottenBefore(tenantId: string): Promise<string> {
    const Key = primaryKey(typesOf(tenantId), FORGOTTEN)
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key, ConsistentRead: true }),
    )
    return Item?.before?.S ?? ''
  }

  return {
    count: (stored) =>
      guarded('counting by type', async () => {
        const tenants = Map.groupBy(stored, ({ tenantId }) => tenantId)
        await inParallel([...tenants.values()], WIDTH, async (all) => {
          // Periods of a tenant add to the same sums, so they go one after the other.
          for (const period of byPeriod(all)) await countPeriod(period)
        })
      }),
  }
}

function laneFor(attempt: number): Lane {
  return attempt === 1 ? FIRST_LANE : String(Math.floor(Math.random() * LANES))
}

function* typesIn(stored: ReadonlyMap<string, StoredType>): Generator<string> {
  for (const { type } of stored.values()) yield type
}
