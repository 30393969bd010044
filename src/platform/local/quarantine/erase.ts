import type { Database } from 'bun:sqlite'
import { createPeople } from '../../../event/people'
import { inSlices } from '../../../syntax/steps'
import { searchedText } from '../../../wire/kept'
import type { Erased, Erasure } from '../../erasure'
import type { Turn } from '../../turns'
import { guarded } from '../database'
import { emptyWal } from '../empty-wal'
import { itemOf, type QuarantineRow } from './rows'

interface Needs {
  db: Database
  turn: Turn
  /** Deletes one item and gives its source the room back. @returns false when it is not held */
  forget(tenantId: string, quarantineId: string): boolean
}

type Seen = Pick<QuarantineRow, 'arrival' | 'quarantineId' | 'about' | 'raw'>

/** Erases people from the items of a tenant that are held now, one at a time, oldest first. */
export async function eraseFromQuarantine(
  { db, turn, forget }: Needs,
  tenantId: string,
  { actorIds, isDryRun = false }: Erasure,
): Promise<Erased> {
  const people = createPeople(actorIds)
  const newest = db.query<{ arrival: number | null }, [string]>(
    'SELECT max(arrival) AS arrival FROM quarantineItems WHERE tenantId = ?',
  )
  const next = db.query<Seen, [string, number, number]>(
    `SELECT arrival, quarantineId, about, raw FROM quarantineItems
     WHERE tenantId = ? AND arrival > ? AND arrival <= ? ORDER BY arrival LIMIT 1`,
  )
  await turn.next()
  const last = guarded('erasing from quarantine', () => newest.get(tenantId)?.arrival ?? 0)
  let removed = 0
  let looked = 0
  for (let at = 0; at < last; ) {
    const row = guarded('erasing from quarantine', () => next.get(tenantId, at, last))
    if (row === null) break
    at = row.arrival
    looked += 1
    const text = await searchedText(itemOf(row))
    if (await inSlices(people.areIn(text, 'text'), turn)) {
      if (isDryRun || forget(tenantId, row.quarantineId)) removed += 1
    }
    if (turn.isOver()) await turn.next()
  }
  if (!isDryRun) await emptyWal(db.filename)
  return { removed, looked }
}
