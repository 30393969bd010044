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
import { guarded } from './database'
import { adoptFormerTable, itemOf, type QuarantineRow, rowOf, whereOf } from './quarantine-rows'

export { quarantineSchema } from './quarantine-rows'

type NewRow = ReturnType<typeof rowOf>
type Usage = Record<'tenantId' | 'sourceId', string> & Record<'items' | 'bytes', number>

// In one transaction, which keeps everybody else waiting: some 10 ms.
const AT_ONCE = 128

/** @param tokens signs the cursors of `list` */
export function createQuarantineStore(db: Database, tokens: TokenSigner): QuarantineStore {
  const insert = db.query<null, NewRow>(
    `INSERT INTO quarantined
       (tenantId, quarantineId, sourceId, standard, scope, receivedAt, codes, bytes, item)
     VALUES ($tenantId, $quarantineId, $sourceId, $standard, $scope, $receivedAt, $codes, $bytes, $item)
     ON CONFLICT (tenantId, quarantineId) DO NOTHING`,
  )
  const select = db.query<QuarantineRow, [string, string]>(
    'SELECT * FROM quarantined WHERE tenantId = ? AND quarantineId = ?',
  )
  const rewrite = db.query<null, NewRow>(
    `UPDATE quarantined SET codes = $codes, bytes = $bytes, item = $item
     WHERE tenantId = $tenantId AND quarantineId = $quarantineId`,
  )
  const remove = db.query<null, [string, string]>(
    'DELETE FROM quarantined WHERE tenantId = ? AND quarantineId = ?',
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

  /** @returns those that were not held before */
  function addAll(items: readonly QuarantinedItem[], limits: QuarantineLimits | undefined) {
    const grown = new Map<string, Usage>()
    const added: QuarantinedItem[] = []
    for (const item of items) {
      const row = rowOf(item)
      if (insert.run(row).changes === 0) continue
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
      // Thrown inside the transaction, which it undoes.
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

  /** Some at a time, so that nobody waits for a body of fifty thousand; still all of it or nothing. */
  function* putting(
    items: readonly QuarantinedItem[],
    limits: QuarantineLimits | undefined,
  ): Steps<void> {
    const added: QuarantinedItem[][] = []
    try {
      for (let from = 0; from < items.length; from += AT_ONCE) {
        const some = items.slice(from, from + AT_ONCE)
        added.push(guarded('saving to quarantine', () => putAll.immediate(some, limits)))
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

  const amendOne = db.transaction((row: QuarantineRow, item: QuarantinedItem) => {
    const { tenantId, sourceId } = row
    const changed = rowOf(item)
    rewrite.run(changed)
    grow.run({ tenantId, sourceId, items: 0, bytes: changed.bytes - row.bytes })
  })
  const releaseOne = db.transaction(
    (row: QuarantineRow, successors: readonly QuarantinedItem[], limits?: QuarantineLimits) => {
      const { tenantId, quarantineId, sourceId } = row
      remove.run(tenantId, quarantineId)
      grow.run({ tenantId, sourceId, items: -1, bytes: -row.bytes })
      addAll(successors, limits)
    },
  )
  guarded('opening the quarantine', () => adoptFormerTable(db, (item) => addAll([item], undefined)))

  return {
    put: async (items, limits) => inTurns(putting(items, limits)),

    async get(tenantId, quarantineId) {
      const row = guarded('reading quarantine', () => select.get(tenantId, quarantineId))
      return row === null ? undefined : itemOf(row)
    },

    async list(tenantId, { limit, cursor, order = 'newest' }, filter = {}) {
      const { sql, values } = whereOf(filter)
      const question = JSON.stringify(['quarantine', tenantId, order, values])
      const [beyond, direction] = order === 'newest' ? ['<', 'DESC'] : ['>', 'ASC']
      // Arrivals count from 1; row ids of SQLite are signed 64-bit.
      const end = order === 'newest' ? Number.MAX_SAFE_INTEGER : 0
      const after = cursor === undefined ? end : tokens.read<number>(cursor, question)
      // One more than asked for says whether there is a next page.
      const rows = guarded('listing quarantine', () =>
        db
          .query<QuarantineRow, Record<string, string | number>>(
            `SELECT * FROM quarantined WHERE tenantId = $tenantId AND arrival ${beyond} $after ${sql}
             ORDER BY arrival ${direction} LIMIT $rows`,
          )
          .all({ tenantId, after, rows: limit + 1, ...values }),
      )
      const shown = rows.slice(0, limit)
      const items = shown.map(itemOf)
      if (rows.length <= limit) return { items }
      return { items, nextCursor: tokens.issue(shown.at(-1)!.arrival, question) }
    },

    amend: async (tenantId, quarantineId, said) =>
      guarded('amending quarantine', () => {
        const row = select.get(tenantId, quarantineId)
        if (row !== null) amendOne.immediate(row, { ...itemOf(row), ...said })
        return row !== null
      }),

    release: async (tenantId, quarantineId, successors = [], limits) =>
      guarded('releasing from quarantine', () => {
        const row = select.get(tenantId, quarantineId)
        if (row !== null) releaseOne.immediate(row, successors, limits)
        return row !== null
      }),

    usage: async (tenantId, sourceId) =>
      guarded('measuring quarantine', () => used.all({ tenantId, sourceId: sourceId ?? null })),

    countCrowded: async ({ maxItems, maxBytes }, share) =>
      guarded('measuring quarantine', () => {
        return crowded.get(maxItems * share, maxBytes * share)!.count
      }),
  }
}
