import type { Database } from 'bun:sqlite'
import type { Page } from '../../event-store'
import type { QuarantineFilter, QuarantinePage } from '../../quarantine-store'
import { roomOf } from '../../shared/page-bytes'
import type { TokenSigner } from '../../shared/page-token'
import type { Turns } from '../../turns'
import { guarded } from '../database'
import { conditionOf, type QuarantineRow } from './rows'

// A step reads the index alone: a millisecond, after which others get a turn.
const ROWS_A_STEP = 500
// A page looks at no more rows than these, forty slices; then it is given as it is, with a cursor.
const MAX_LOOKED_AT = 20_000

interface Seen extends Pick<QuarantineRow, 'arrival' | 'bytes'> {
  fits: number
}

interface Asked {
  tenantId: string
  page: QuarantinePage
  filter: QuarantineFilter
}

/** A form says how an item is read for a list, and what it counts for there. */
interface Form<Item> {
  /** Reads an item. @returns undefined when it is gone */
  read(arrival: number): { item: Item; bytes: number } | undefined
  /** If true, an item counts its `quarantineItems.bytes`, so that nothing is read in vain. */
  isWhole: boolean
}

/** Lists pages of what is in quarantine, by number and bytes, without holding the thread. */
export function createQuarantineList(
  db: Database,
  { tokens, turns }: { tokens: TokenSigner; turns: Turns },
) {
  return async function list<Item>(
    { tenantId, page, filter }: Asked,
    { read, isWhole }: Form<Item>,
  ): Promise<Page<Item>> {
    const { cursor, order = 'newest' } = page
    const { sql, values } = conditionOf(filter)
    const question = JSON.stringify(['quarantine', tenantId, order, values])
    const [beyond, direction] = order === 'newest' ? ['<', 'DESC'] : ['>', 'ASC']
    // Arrivals count from 1; row ids of SQLite are signed 64-bit.
    const end = order === 'newest' ? Number.MAX_SAFE_INTEGER : 0
    let after = cursor === undefined ? end : tokens.read<number>(cursor, question)
    const step = db.query<Seen, Record<string, string | number>>(
      `SELECT arrival, bytes, (${sql}) AS fits FROM quarantineItems
       WHERE tenantId = $tenantId AND arrival ${beyond} $after
       ORDER BY arrival ${direction} LIMIT ${ROWS_A_STEP}`,
    )
    const room = roomOf(page)
    const items: Item[] = []
    const endAt = (place: number) => ({ items, nextCursor: tokens.issue(place, question) })

    const turn = turns.begin(tenantId)
    await turn.next()
    for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += ROWS_A_STEP) {
      const rows = guarded('listing quarantine', () => step.all({ tenantId, after, ...values }))
      for (const { arrival, bytes, fits } of rows) {
        if (fits === 1) {
          if (isWhole && !room.take(bytes)) return endAt(after)
          const found = guarded('listing quarantine', () => read(arrival))
          if (found && !isWhole && !room.take(found.bytes)) return endAt(after)
          if (found) items.push(found.item)
          if (turn.isOver()) await turn.next()
        }
        after = arrival
      }
      if (rows.length < ROWS_A_STEP) return { items }
      if (turn.isOver()) await turn.next()
    }
    return endAt(after)
  }
}
