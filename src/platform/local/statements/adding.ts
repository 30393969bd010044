import type { Database } from 'bun:sqlite'
import type { StatementEntry } from '../../../event/statement'
import type { Fragments } from './fragments'
import { packId, packKeys, type StatementKeys } from './keys'
import { type KeyRows, keysOf, withKeys } from './rows'
import type { Spreads } from './spreads'
import type { TenantNumbers } from './tenants'

type NewRow = {
  seq: number
  tenant: number
  id: Uint8Array
  stored: number
  expires: number
  voids: number
  voided: number
  refersTo: Uint8Array | null
  own: Uint8Array
  inherited: Uint8Array | null
  json: string
}

interface Needs {
  keys: StatementKeys
  tenants: TenantNumbers
  rows: KeyRows
  spreads: Spreads
  fragments: Fragments
}

/** Makes a function that adds a statement, within a transaction; one that is held changes nothing. */
export function createAdding(db: Database, needs: Needs) {
  const { keys, tenants, rows, spreads, fragments } = needs
  const has = db.query<{ seq: number }, [number, Uint8Array]>(
    'SELECT seq FROM statements WHERE tenant = ? AND id = ?',
  )
  const hasVoider = db.query<{ seq: number }, [number, Uint8Array]>(
    'SELECT seq FROM statements WHERE tenant = ? AND refersTo = ? AND voids = 1 LIMIT 1',
  )
  const hasReferrer = db.query<{ seq: number }, [number, Uint8Array]>(
    'SELECT seq FROM statements WHERE tenant = ? AND refersTo = ? LIMIT 1',
  )
  const insert = db.query<null, [NewRow]>(
    `INSERT INTO statements VALUES ($seq, $tenant, $id, $stored, $expires, $voids, $voided,
       $refersTo, $own, $inherited, $json)`,
  )
  const voidTarget = db.query<null, [number, Uint8Array]>(
    'UPDATE statements SET voided = 1 WHERE tenant = ? AND id = ? AND voids = 0',
  )
  const newest = db.query<{ seq: number }, []>(
    'SELECT coalesce(max(seq), 0) AS seq FROM statements',
  )
  let seq = newest.get()!.seq

  function add(entry: StatementEntry): void {
    const { tenantId, statementId, voids } = entry
    const tenant = tenants.make(tenantId)
    const id = packId(statementId)
    if (has.get(tenant, id) !== null) return
    const refersTo = entry.refersTo === undefined ? null : packId(entry.refersTo)
    const own = new Set(entry.finders.map((finder) => keys.of(tenantId, finder)))
    own.add(keys.all(tenantId))
    const target = refersTo === null ? null : rows.byId(tenant, refersTo)
    const packed = { own: packKeys(own), inherited: null }
    const inherited = target === null ? undefined : withKeys(packed, keysOf(target)).inherited
    const isReferredTo = hasReferrer.get(tenant, id) !== null
    const isVoided = isReferredTo && !voids && hasVoider.get(tenant, id) !== null
    seq += 1
    const row = { seq, tenant, id, stored: Date.parse(entry.stored), refersTo }
    const expires = Date.parse(entry.expiresAt)
    insert.run({
      ...row,
      expires,
      voids: voids ? 1 : 0,
      voided: isVoided ? 1 : 0,
      own: packed.own,
      inherited: inherited === undefined ? null : packKeys(inherited),
      json: entry.json,
    })
    rows.insertFinders(row, own)
    if (inherited !== undefined) rows.insertFinders(row, inherited)
    if (voids && refersTo !== null) voidTarget.run(tenant, refersTo)
    if (isReferredTo) spreads.spread(row, [...own, ...(inherited ?? [])])
    fragments.add(entry, { tenant, seq, expires })
  }

  return {
    add,
    /** The last place in the order of adding. */
    newest: () => seq,
  }
}
