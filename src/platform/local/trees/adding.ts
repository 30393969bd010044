import { randomFillSync } from 'node:crypto'
import type { EventRecord } from '../../../event/record'
import { SALT_BYTES } from '../../../merkle/hashes'
import { inTurns, type Steps } from '../../../syntax/steps'
import type { ChangeBatch } from '../../change-feed'
import type { SegmentBatch } from '../log/follower'
import type { LeanRecord } from '../log/lean-records'
import { type Growing, growFrom } from './growing'
import { packKind } from './kinds'
import type { TreeRows } from './rows'

// At 30 KB each, trees in memory take some megabytes. Those of others are read again, in some 50 µs.
const MAX_HELD = 200
// Leaves of so many records take a tenth of a millisecond, if these are of usual size.
const RECORDS_A_STEP = 32
// One of so many bytes takes as long by itself.
const LARGE = 64 * 1024

const HOUR_MS = 60 * 60 * 1000

/** Writes an hour as `2026-11-30T02`. @param time ms since 1970 */
export const hourOf = (time: number) => new Date(time).toISOString().slice(0, 13)

/** Gives the beginning of an hour in ms since 1970. */
export const timeOf = (hour: string) => Date.parse(`${hour}:00:00.000Z`)

/** Gives what has leaves; of the log, without its texts in memory. */
function* itemsOf(batch: ChangeBatch): Iterable<LeanRecord & { storedAt: number }> {
  if ('leanly' in batch) yield* (batch as SegmentBatch).leanly()
  else {
    for (const [place, record] of batch.records().entries()) {
      yield { record, raw: record.raw, storedAt: batch.storedAt(place) }
    }
  }
}

/** Adds leaves to trees, which it holds at their edges in memory. */
export function createAdding(rows: TreeRows) {
  const held = new Map<string, Growing>()
  const nameOf = (tenantId: string, hour: string) => `${hour} ${tenantId}`

  function growing(tenantId: string, hour: string): Growing {
    const name = nameOf(tenantId, hour)
    const known = held.get(name)
    if (known !== undefined) return known
    const row = rows.tree(tenantId, hour)
    const begun = { id: 0, size: 0, tiles: [], leaves: undefined, kinds: [] }
    const tree = growFrom(row === null ? { ...begun, id: rows.newId() } : rows.edge(row))
    held.set(name, tree)
    return tree
  }

  /** Finds the hour of a record: that in which it was stored, or the first that is not closed. */
  function hourFor(tenantId: string, storedAt: number): string {
    const [stored, closed] = [hourOf(storedAt), rows.newestClosed(tenantId)]
    return stored > closed ? stored : hourOf(timeOf(closed) + HOUR_MS)
  }

  function* addAll(
    batch: ChangeBatch,
    grown: Map<Growing, { tenantId: string; hour: string }>,
  ): Steps<void> {
    // A record has a second leaf at most.
    const salts = randomFillSync(Buffer.alloc(batch.count * 2 * SALT_BYTES))
    let salted = 0
    let place = 0
    let last: { tenantId: string; stored: number; tree: Growing } | undefined
    const known = new Map<string, Growing>()
    function treeOf({ tenantId }: EventRecord, storedAt: number) {
      const stored = Math.floor(storedAt / HOUR_MS)
      if (last?.tenantId === tenantId && last.stored === stored) return last.tree
      const name = `${stored} ${tenantId}`
      const tree = known.get(name) ?? begin(tenantId, stored)
      known.set(name, tree)
      last = { tenantId, stored, tree }
      return tree
    }
    function begin(tenantId: string, stored: number) {
      const hour = hourFor(tenantId, stored * HOUR_MS)
      const tree = growing(tenantId, hour)
      grown.set(tree, { tenantId, hour })
      return tree
    }

    for (const { record, raw, storedAt } of itemsOf(batch)) {
      const tree = treeOf(record, storedAt)
      const { eventId, sentSha256, retentionClass, retentionDays } = record
      tree.add(
        eventId,
        packKind(retentionClass, retentionDays, 'sent'),
        salts,
        salted,
        raw,
        sentSha256,
      )
      salted += SALT_BYTES
      if (sentSha256 !== undefined) {
        const kind = packKind(retentionClass, retentionDays, 'kept')
        tree.add(eventId, kind, salts, salted, raw, undefined)
        salted += SALT_BYTES
      }
      if (place % RECORDS_A_STEP === 0 || raw.length > LARGE) yield
      place += 1
    }
  }

  return {
    async add(batch: ChangeBatch): Promise<void> {
      if (rows.latestBatch() === batch.id) return
      const grown = new Map<Growing, { tenantId: string; hour: string }>()
      try {
        await inTurns(addAll(batch, grown))
        rows.write(batch.id, grown)
      } catch (error) {
        // In memory they have leaves now that are not in the file.
        held.clear()
        throw error
      }
      if (held.size > MAX_HELD) held.clear()
    },

    /** Lets go of what is in memory of a tree, before it changes in another way. */
    forget: (tenantId: string, hour: string) => void held.delete(nameOf(tenantId, hour)),
  }
}

export type Adding = ReturnType<typeof createAdding>
