import type { Database } from 'bun:sqlite'
import type { Fragment, StatementEntry } from '../../../event/statement'
import { MAX_FRAGMENTS } from '../../statement-store'
import type { StatementKeys } from './keys'
import { createRecent } from './recent'

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

interface Saying {
  ofAgent: 0 | 1
  owner: string
  tenant: number
  seq: number
  expires: number
}

function ownerName(tenantId: string, of: 'activity' | 'agent', id: string): string {
  return `${tenantId}\0\0${of}\0${id}`
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
  const surplus = db.query<Fragment & { number: number }, [bigint]>(
    `SELECT number, id, json FROM fragments WHERE owner = ?
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
  /** Has the time of expiry by what was said, as text: no hash is needed of what is known. */
  const known = createRecent<string, number>(MAX_KNOWN)
  // NUL separates the parts: no tenant id has one, and JSON none either.
  const nameOf = (owner: string, { json }: Fragment) => `${owner}\0${json}`

  function addOne(fragment: Fragment, { ofAgent, owner, tenant, seq, expires }: Saying) {
    const { id, json } = fragment
    const name = nameOf(owner, fragment)
    const remembered = known.get(name)
    if (remembered !== undefined && remembered + DAY_MS > expires) return
    const ownerKey = keys.owner(owner)
    const said = keys.said(ownerKey, json)
    const held = find.get(said)?.expires
    if (held !== undefined && held + DAY_MS > expires) {
      known.set(name, held)
      return
    }
    if (held !== undefined) prolong.run(expires, said)
    else insert.run({ owner: ownerKey, said, ofAgent, tenant, sayer: seq, expires, id, json })
    if (held === undefined) {
      for (const dropped of surplus.all(ownerKey)) {
        remove.run(dropped.number)
        known.delete(nameOf(owner, dropped))
      }
    }
    known.set(name, expires)
  }

  return {
    add({ tenantId, activities, agents }, about) {
      for (const one of activities) {
        addOne(one, { ...about, ofAgent: 0, owner: ownerName(tenantId, 'activity', one.id) })
      }
      for (const one of agents) {
        addOne(one, { ...about, ofAgent: 1, owner: ownerName(tenantId, 'agent', one.id) })
      }
    },

    read: (tenantId, of, id, now) => select.all(keys.owner(ownerName(tenantId, of, id)), now),

    expire(now, count) {
      const { changes } = removeExpired.run(now, count)
      if (changes > 0) known.clear()
      return changes
    },

    forget: () => known.clear(),
  }
}
