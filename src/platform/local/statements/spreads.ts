import type { Database } from 'bun:sqlite'
import { packKeys, unpackKeys } from './keys'
import { type KeyRow, type KeyRows, keysOf, withKeys } from './rows'

interface Spread {
  number: number
  tenant: number
  target: Uint8Array
  keys: Uint8Array | null
  after: number
}

/**
 * The keys of a statement reach those that refer to it a few at a time, however many they are, and
 * those that refer to them. The work that is left stands in a table, so that it is done after a kill
 * as well. Keys are only ever added, so that a circle comes to rest.
 */
export interface Spreads {
  /** The referrers of a statement are to inherit keys, within a transaction. */
  spread(row: Pick<KeyRow, 'tenant' | 'id'>, keys: readonly bigint[]): void
  /** The referrers of a statement that is gone are to look anew at what they inherit. */
  renew(row: Pick<KeyRow, 'tenant' | 'id'>): void
  /** Does a step, within a transaction. @returns false when there is nothing to do */
  step(): boolean
  /** Tells whether there is something to do. */
  isDue(): boolean
  /** Tells whether something was begun since the last call. */
  wasBegun(): boolean
}

// A step reaches so many statements, each with some ten rows: about a millisecond.
const A_STEP = 20

export function createSpreads(db: Database, rows: KeyRows): Spreads {
  const next = db.query<Spread, []>('SELECT * FROM spreads ORDER BY number LIMIT 1')
  const insert = db.query<null, [number, Uint8Array, Uint8Array | null]>(
    'INSERT INTO spreads (tenant, target, keys, after) VALUES (?, ?, ?, 0)',
  )
  const advance = db.query<null, [number, number]>('UPDATE spreads SET after = ? WHERE number = ?')
  const remove = db.query<null, [number]>('DELETE FROM spreads WHERE number = ?')

  let isNew = false

  function begin(row: Pick<KeyRow, 'tenant' | 'id'>, keys: readonly bigint[] | undefined) {
    if (rows.referrer(row.tenant, row.id, 0) === null) return
    isNew = true
    insert.run(row.tenant, row.id, keys === undefined ? null : packKeys(keys))
  }

  function reach(row: KeyRow, keys: readonly bigint[]) {
    const { inherited, fresh } = withKeys(row, keys)
    if (fresh.length === 0) return
    rows.inherit(row, inherited)
    begin(row, fresh)
  }

  /** A chain that led to what is gone ends before it, so that this ends, too. */
  function renew(row: KeyRow) {
    const target = rows.byId(row.tenant, row.refersTo!)
    const keys = target === null ? [] : keysOf(target)
    const { inherited } = withKeys({ own: row.own, inherited: null }, keys)
    const before = unpackKeys(row.inherited)
    if (before.length === inherited.size && before.every((key) => inherited.has(key))) return
    rows.inherit(row, inherited)
    begin(row, undefined)
  }

  return {
    spread: begin,
    renew: (row) => begin(row, undefined),
    isDue: () => next.get() !== null,
    wasBegun() {
      const was = isNew
      isNew = false
      return was
    },

    step() {
      const spread = next.get()
      if (spread === null) return false
      const keys = spread.keys === null ? undefined : unpackKeys(spread.keys)
      let { after } = spread
      for (let count = 0; count < A_STEP; count += 1) {
        const row = rows.referrer(spread.tenant, spread.target, after)
        if (row === null) {
          remove.run(spread.number)
          return true
        }
        if (keys === undefined) renew(row)
        else reach(row, keys)
        after = row.seq
      }
      advance.run(after, spread.number)
      return true
    },
  }
}
