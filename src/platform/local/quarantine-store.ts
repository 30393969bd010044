import type { Database } from 'bun:sqlite'
import { inTurns, type Steps } from '../../syntax/steps'
import type {
  QuarantinedItem,
  QuarantineLimits,
  QuarantineStore,
  QuarantineUsage,
} from '../quarantine-store'
import type { TokenSigner } from '../shared/page-token'
import { isBeyond, quarantineFull } from '../shared/quarantine-full'
import { createTurns, type Turns } from '../turns'
import { guarded } from './database'
import { createDurably, relaxed } from './durably'
import { eraseFromQuarantine } from './quarantine/erase'
import { createQuarantineList } from './quarantine/list'
import {
  adoptFormerTables,
  itemOf,
  type NewRow,
  type QuarantineRow,
  rowOf,
  saidOf,
  summaryOf,
} from './quarantine/rows'

export { quarantineSchema } from './quarantine/rows'

type Usage = Record<'tenantId' | 'sourceId', string> & Record<'items' | 'bytes', number>
type Head = Pick<QuarantineRow, 'tenantId' | 'quarantineId' | 'sourceId' | 'bytes'>

// So many items are stored in one transaction, for which all other work waits: some 10 ms.
const AT_ONCE = 128

/**
 * Makes the quarantine in a database opened with `quarantineSchema`.
 * @param tokens signs the cursors of lists
 * @param turns shared with other long reads
 * @param durably of this database
 */
export function createQuarantineStore(
  db: Database,
  tokens: TokenSigner,
  turns: Turns = createTurns(),
  durably = createDurably(db),
): QuarantineStore {
  const insert = db.query<null, NewRow & { arrival: number | null }>(
    `INSERT INTO quarantineItems VALUES ($arrival, $tenantId, $quarantineId, $sourceId, $standard,
       $scope, $receivedAt, $codes, $bytes, $length, $about, $raw)
     ON CONFLICT (tenantId, quarantineId) DO NOTHING`,
  )
  const select = db.query<QuarantineRow, [string, string]>(
    'SELECT * FROM quarantineItems WHERE tenantId = ? AND quarantineId = ?',
  )
  const selectHead = db.query<Head, [string, string]>(
    `SELECT tenantId, quarantineId, sourceId, bytes FROM quarantineItems
     WHERE tenantId = ? AND quarantineId = ?`,
  )
  const selectText = db.query<Pick<QuarantineRow, 'about' | 'length' | 'raw' | 'bytes'>, [number]>(
    'SELECT about, length, raw, bytes FROM quarantineItems WHERE arrival = ?',
  )
  const selectAbout = db.query<Pick<QuarantineRow, 'about' | 'length'>, [number]>(
    'SELECT about, length FROM quarantineItems WHERE arrival = ?',
  )
  const rewrite = db.query<null, Pick<QuarantineRow, 'arrival' | 'codes' | 'bytes' | 'about'>>(
    `UPDATE quarantineItems SET codes = $codes, bytes = $bytes, about = $about
     WHERE arrival = $arrival`,
  )
  const remove = db.query<null, [string, string]>(
    'DELETE FROM quarantineItems WHERE tenantId = ? AND quarantineId = ?',
  )
  const grow = db.query<null, Usage>(
    `INSERT INTO quarantineUsage VALUES ($tenantId, $sourceId, $items, $bytes)
     ON CONFLICT DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes`,
  )
  const used = db.query<QuarantineUsage, { tenantId: string; sourceId: string | null }>(
    `SELECT sourceId, items, bytes FROM quarantineUsage
     WHERE tenantId = $tenantId AND items > 0 AND ($sourceId IS NULL OR sourceId = $sourceId)
     ORDER BY sourceId`,
  )
  const crowded = db.query<{ count: number }, [number, number]>(
    'SELECT count(*) AS count FROM quarantineUsage WHERE items >= ? OR bytes >= ?',
  )

  /** Adds items. @returns those that were not held before */
  function addAll(items: readonly QuarantinedItem[], limits: QuarantineLimits | undefined) {
    const grown = new Map<string, Usage>()
    const added: QuarantinedItem[] = []
    for (const item of items) {
      const row = rowOf(item)
      if (insert.run({ ...row, arrival: null }).changes === 0) continue
      added.push(item)
      const { tenantId, sourceId, bytes } = row
      const key = JSON.stringify([tenantId, sourceId])
      const before = grown.get(key) ?? { tenantId, sourceId, items: 0, bytes: 0 }
      grown.set(key, { ...before, items: before.items + 1, bytes: before.bytes + bytes })
    }
    for (const usage of grown.values()) grow.run(usage)
    if (limits === undefined) return added
    for (const { tenantId, sourceId } of grown.values()) {
      const usage = used.get({ tenantId, sourceId })!
      // The error is thrown inside the transaction, which it undoes.
      if (isBeyond(usage, limits)) throw quarantineFull(usage, limits)
    }
    return added
  }

  function removeAll(items: readonly QuarantinedItem[]) {
    for (const { tenantId, sourceId, quarantineId } of items) {
      const row = select.get(tenantId, quarantineId)
      if (row === null) continue
      remove.run(tenantId, quarantineId)
      grow.run({ tenantId, sourceId, items: -1, bytes: -row.bytes })
    }
  }

  const putAll = db.transaction(addAll)
  const takeBack = db.transaction(removeAll)

  /**
   * Puts some at a time, so that no one waits for a body of fifty thousand; still all or nothing.
   */
  function* putting(
    items: readonly QuarantinedItem[],
    limits: QuarantineLimits | undefined,
  ): Steps<void> {
    const added: QuarantinedItem[][] = []
    try {
      for (let from = 0; from < items.length; from += AT_ONCE) {
        const some = items.slice(from, from + AT_ONCE)
        added.push(
          guarded('saving to quarantine', () => relaxed(db, () => putAll.immediate(some, limits))),
        )
        yield
      }
    } catch (error) {
      for (const some of added) {
        guarded('taking back from quarantine', () => takeBack.immediate(some))
        yield
      }
      throw error
    }
  }

  const amendOne = db.transaction(
    (row: QuarantineRow, said: Parameters<QuarantineStore['amend']>[2]) => {
      const { length: _, ...rest } = summaryOf(row)
      const changed = saidOf({ ...rest, ...said }, row.raw)
      rewrite.run({ ...changed, arrival: row.arrival })
      const { tenantId, sourceId } = row
      grow.run({ tenantId, sourceId, items: 0, bytes: changed.bytes - row.bytes })
    },
  )
  const releaseOne = db.transaction(
    (row: Head, successors: readonly QuarantinedItem[], limits?: QuarantineLimits) => {
      const { tenantId, quarantineId, sourceId } = row
      remove.run(tenantId, quarantineId)
      grow.run({ tenantId, sourceId, items: -1, bytes: -row.bytes })
      addAll(successors, limits)
    },
  )
  /** Deletes an item. @returns false when it is not held any more */
  function forget(tenantId: string, quarantineId: string): boolean {
    return guarded('erasing from quarantine', () => {
      const row = selectHead.get(tenantId, quarantineId)
      if (row !== null) releaseOne.immediate(row, [])
      return row !== null
    })
  }

  const list = createQuarantineList(db, { tokens, turns })
  guarded('opening the quarantine', () =>
    adoptFormerTables(
      db,
      (row) => void insert.run(row),
      ({ tenantId, sourceId, bytes }) => grow.run({ tenantId, sourceId, items: 1, bytes }),
    ),
  )

  return {
    async put(items, limits) {
      await inTurns(putting(items, limits))
      await durably.synced()
    },

    async get(tenantId, quarantineId) {
      const row = guarded('reading quarantine', () => select.get(tenantId, quarantineId))
      return row === null ? undefined : itemOf(row)
    },

    list: (tenantId, page, filter = {}) =>
      list(
        { tenantId, page, filter },
        {
          isWhole: true,
          read(arrival) {
            const row = selectText.get(arrival)
            return row === null ? undefined : { item: itemOf(row), bytes: row.bytes }
          },
        },
      ),

    summaries: (tenantId, page, filter = {}) =>
      list(
        { tenantId, page, filter },
        {
          isWhole: false,
          read(arrival) {
            const row = selectAbout.get(arrival)
            return row === null
              ? undefined
              : { item: summaryOf(row), bytes: Buffer.byteLength(row.about) }
          },
        },
      ),

    amend: async (tenantId, quarantineId, said) =>
      guarded('amending quarantine', () => {
        const row = select.get(tenantId, quarantineId)
        if (row !== null) amendOne.immediate(row, said)
        return row !== null
      }),

    release: async (tenantId, quarantineId, successors = [], limits) =>
      guarded('releasing from quarantine', () => {
        const row = selectHead.get(tenantId, quarantineId)
        if (row !== null) releaseOne.immediate(row, successors, limits)
        return row !== null
      }),

    erase: (tenantId, erasure) =>
      eraseFromQuarantine({ db, turn: turns.begin(tenantId), forget }, tenantId, erasure),

    usage: async (tenantId, sourceId) =>
      guarded('measuring quarantine', () => used.all({ tenantId, sourceId: sourceId ?? null })),

    countCrowded: async ({ maxItems, maxBytes }, share) =>
      guarded('measuring quarantine', () => {
        return crowded.get(maxItems * share, maxBytes * share)!.count
      }),
  }
}
