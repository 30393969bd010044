import type { Database } from 'bun:sqlite'
import type { Fragment, StatementEntry } from '../../../event/statement'
import { MAX_FRAGMENTS } from '../../statement-store'
import type { StatementKeys } from './keys'

// The memory of what is held has so many texts, some hundred bytes each: the definitions of several
// thousand courses.
const MAX_KNOWN = 50_000
// A text is held as long as the statements that say it; a day more or less does not matter, and
// saves a write for each of them.
const DAY_MS = 24 * 60 * 60 * 1000

/** Different things that statements say of activities and agents, each held once. */
export interface Fragments {
  /** Adds what a statement says, within a transaction. */
  add(entry: StatementEntry, about: { tenant: number; seq: number; expires: number }): void
  read(tenantId: string, of: 'activity' | 'agent', id: string, now: number): Fragment[]
  /** Removes some that have expired. @returns how many */
  expire(now: number, count: number): number
  /** Forgets what is remembered, when a transaction was lost or rows were removed. */
  forget(): void
}

export function createFragments(db: Database, keys: StatementKeys): Fragments {
  const find = db.query<{ expires: number }, [bigint]>(
    'SELECT expires FROM fragments WHERE said = ?',
  )
  const insert = db.query(
    `INSERT INTO fragments (owner, said, ofAgent, tenant, sayer, expires, id, json)
     VALUES ($owner, $said, $ofAgent, $tenant, $sayer, $expires, $id, $json)`,
  )
  const prolong = db.query<null, [number, bigint]>(
    'UPDATE fragments SET expires = ? WHERE said = ?',
  )
  const surplus = db.query<{ number: number; said: bigint }, [bigint]>(
    `SELECT number, CAST(said AS TEXT) AS said FROM fragments WHERE owner = ?
     ORDER BY number DESC LIMIT -1 OFFSET ${MAX_FRAGMENTS}`,
  )
  const remove = db.query<null, [number]>('DELETE FROM fragments WHERE number = ?')
  const select = db.query<Fragment, [bigint, number]>(
    `SELECT id, json FROM fragments WHERE owner = ? AND expires > ? ORDER BY number`,
  )
  const removeExpired = db.query<null, [number, number]>(
    `DELETE FROM fragments WHERE number IN
       (SELECT number FROM fragments WHERE expires <= ? LIMIT ?)`,
  )
  /** Has the time of expiry by text; what was said last stands last. */
  const known = new Map<bigint, number>()

  function remember(said: bigint, expires: number) {
    known.delete(said)
    known.set(said, expires)
    if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!)
  }

  function dropSurplus(owner: bigint) {
    for (const { number, said } of surplus.all(owner)) {
      remove.run(number)
      known.delete(BigInt(said))
    }
  }

  return {
    add({ tenantId, activities, agents }, { tenant, seq, expires }) {
      for (const [of, fragments] of [
        ['activity', activities],
        ['agent', agents],
      ] as const) {
        for (const { id, json } of fragments) {
          const owner = keys.owner(tenantId, of, id)
          const said = keys.said(owner, json)
          const held = known.get(said) ?? find.get(said)?.expires
          if (held !== undefined && held + DAY_MS > expires) {
            remember(said, held)
            continue
          }
          const ofAgent = of === 'agent' ? 1 : 0
          if (held !== undefined) prolong.run(expires, said)
          else insert.run({ owner, said, ofAgent, tenant, sayer: seq, expires, id, json })
          if (held === undefined) dropSurplus(owner)
          remember(said, expires)
        }
      }
    },

    read: (tenantId, of, id, now) => select.all(keys.owner(tenantId, of, id), now),

    expire(now, count) {
      const { changes } = removeExpired.run(now, count)
      if (changes > 0) known.clear()
      return changes
    },

    forget: () => known.clear(),
  }
}
