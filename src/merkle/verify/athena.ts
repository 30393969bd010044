import type { BlobStore } from '../../platform/blob-store'
import type { EventStore } from '../../platform/event-store'
import type { Lake } from '../../platform/lake'
import type { Trees } from '../../platform/trees'
import { askLake } from '../../query/ask-lake'
import type { WalkedEvent, WalkedPlace } from './events'
import { timeOfHour } from './trees'

const DAY_MS = 24 * 60 * 60 * 1000
const HOUR_MS = DAY_MS / 24

// Firehose writes within five minutes, and holds what S3 does not take for longer: by then it is there.
const LANDED_MS = 2 * HOUR_MS

// Entries of the audit trail are events, too, which the view leaves out: the trail is verified as such.
const ENTRY = /^aud_[0-9a-f]{32}$/

// A record that was too large for the lake has a pointer there (`archive/oversize.ts`).
const POINTER = '{"tooLargeForTheLake":'

interface LakeNeeds {
  lake: Lake
  blobs: Pick<BlobStore, 'get'>
  trees: Pick<Trees, 'heads'>
  now: Date
}

/**
 * Reads every event of a lake that Athena answers for, a day at a time: digests, and not texts. It reads days from
 * the first tree on; what is older has no leaf.
 */
export function walkAthena({ lake, blobs, trees, now }: LakeNeeds): WalkedPlace {
  const problems: string[] = []

  async function eventOf(row: readonly unknown[]): Promise<WalkedEvent> {
    const [eventId, sha256, receivedAt, pointer] = row.map((value) => String(value ?? ''))
    const found = { eventId: eventId!, receivedAt: receivedAt! }
    if (pointer === '') return { ...found, kept: { sha256: sha256! } }
    const { tooLargeForTheLake } = JSON.parse(pointer!) as { tooLargeForTheLake: { blob: string } }
    const bytes = await blobs.get(tooLargeForTheLake.blob)
    if (bytes === undefined) problems.push(`The text of event ${eventId} is gone from the bucket.`)
    const { raw = '' } = bytes ? (JSON.parse(Buffer.from(bytes).toString()) as { raw: string }) : {}
    return { ...found, kept: { raw } }
  }

  async function firstDay(tenantId: string): Promise<string | undefined> {
    let first: string | undefined
    for (let cursor: string | undefined; ; ) {
      const page = await trees.heads(tenantId, { limit: 1000, cursor })
      first = page.items.at(-1)?.hour.slice(0, 10) ?? first
      cursor = page.nextCursor
      if (cursor === undefined) return first
    }
  }

  return {
    name: 'lake',
    problems: () => problems,
    holds: (hour, eventId) =>
      !ENTRY.test(eventId) && timeOfHour(hour) + HOUR_MS + LANDED_MS < now.getTime(),

    async *events(tenantId) {
      const first = await firstDay(tenantId)
      if (first === undefined) return
      for (let time = Date.parse(first); time <= now.getTime(); time += DAY_MS) {
        const day = new Date(time).toISOString().slice(0, 10)
        const kept = 'coalesce(raw_exact, raw)'
        const sql = `SELECT event_id, lower(to_hex(sha256(to_utf8(${kept})))), received_at,
  CASE WHEN starts_with(raw, '${POINTER}') THEN raw END
FROM events WHERE day = '${day}'`
        const { rows } = await askLake(lake, { reader: { tenantId }, sql })
        const events: WalkedEvent[] = []
        for (const row of rows) events.push(await eventOf(row))
        yield events
      }
    },
  }
}

interface TableNeeds {
  events: Pick<EventStore, 'get'>
  trees: Pick<Trees, 'heads' | 'leaves'>
  now: Date
  /** The table holds events for so many days. */
  hotDays: number
}

const AT_ONCE = 32

/**
 * Reads events of the hot store by the ids that leaves have, of the days for which it holds them. (What somebody
 * puts into the table is stored by that: it goes through the stream as all else does, and gets a leaf.)
 */
export function walkByLeaf({ events, trees, now, hotDays }: TableNeeds): WalkedPlace {
  // An item expires by the second, and its hour is a little earlier.
  const from = new Date(now.getTime() - hotDays * DAY_MS + HOUR_MS).toISOString().slice(0, 13)

  async function* idsOf(tenantId: string): AsyncGenerator<string[]> {
    for (let cursor: string | undefined; ; ) {
      const page = await trees.heads(tenantId, { limit: 100, cursor, from })
      for (const { hour } of page.items) {
        for await (const leaves of trees.leaves(tenantId, hour)) {
          const ids = new Set(leaves.flatMap(({ eventId }) => eventId ?? []))
          yield [...ids]
        }
      }
      cursor = page.nextCursor
      if (cursor === undefined) return
    }
  }

  return {
    name: 'hot store',
    holds: (hour) => hour > from,

    async *events(tenantId) {
      for await (const ids of idsOf(tenantId)) {
        for (let at = 0; at < ids.length; at += AT_ONCE) {
          const some = ids.slice(at, at + AT_ONCE)
          const found = await Promise.all(some.map((id) => events.get(tenantId, id)))
          yield found.flatMap((record) => {
            if (record === undefined) return []
            const { eventId, raw, receivedAt } = record
            return [{ eventId, kept: { raw }, receivedAt }]
          })
        }
      }
    },
  }
}
