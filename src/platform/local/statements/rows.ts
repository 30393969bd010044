import type { Database } from 'bun:sqlite'
import type { Finders } from './finders'
import { packKeys, unpackKeys } from './keys'

/** The place and the keys of a statement, without its text. */
export interface KeyRow {
  seq: number
  tenant: number
  id: Uint8Array
  stored: number
  refersTo: Uint8Array | null
  own: Uint8Array
  inherited: Uint8Array | null
}

/**
 * A statement inherits so many keys at most, of what is nearest to it: some twenty statements of a
 * usual chain. Were there no end, a sender could make each of a thousand statements have the keys of
 * all before it, and each of a hundred thousand those of one that has ten thousand.
 */
export const MAX_INHERITED = 256

const COLUMNS = 'seq, tenant, id, stored, refersTo, own, inherited'

/** Reads and writes the keys of statements; whatever writes is to be called within a transaction. */
export function createKeyRows(db: Database, finders: Pick<Finders, 'add' | 'remove'>) {
  const byId = db.query<KeyRow, [number, Uint8Array]>(
    `SELECT ${COLUMNS} FROM statements WHERE tenant = ? AND id = ?`,
  )
  const bySeq = db.query<KeyRow, [number]>(`SELECT ${COLUMNS} FROM statements WHERE seq = ?`)
  const referring = db.query<KeyRow, [number, Uint8Array, number]>(
    `SELECT ${COLUMNS} FROM statements
     WHERE tenant = ? AND refersTo = ? AND seq > ? ORDER BY seq LIMIT 1`,
  )
  const setInherited = db.query<null, [Uint8Array | null, number]>(
    'UPDATE statements SET inherited = ? WHERE seq = ?',
  )
  const deleteStatement = db.query<null, [number]>('DELETE FROM statements WHERE seq = ?')

  return {
    byId: (tenant: number, id: Uint8Array) => byId.get(tenant, id),
    bySeq: (seq: number) => bySeq.get(seq),
    /** Finds the next statement that refers to another. */
    referrer: (tenant: number, id: Uint8Array, after: number) => referring.get(tenant, id, after),

    insertFinders: finders.add,

    /** Puts other inherited keys in the place of those that a statement has. */
    inherit(row: KeyRow, keys: ReadonlySet<bigint>) {
      const before = new Set(unpackKeys(row.inherited))
      const gone = [...before].filter((key) => !keys.has(key))
      const fresh = [...keys].filter((key) => !before.has(key))
      finders.remove(row, gone)
      finders.add(row, fresh)
      setInherited.run(keys.size === 0 ? null : packKeys(keys), row.seq)
    },

    remove(row: KeyRow) {
      finders.remove(row, keysOf(row))
      deleteStatement.run(row.seq)
    },
  }
}

export type KeyRows = ReturnType<typeof createKeyRows>

/** Lists what a statement has for those that refer to it, its own first. */
export function keysOf({ own, inherited }: Pick<KeyRow, 'own' | 'inherited'>): bigint[] {
  return [...unpackKeys(own), ...unpackKeys(inherited)]
}

/**
 * Adds keys to those that a statement inherits already.
 * @returns all that it inherits then; `fresh` are those that it did not have
 */
export function withKeys(row: Pick<KeyRow, 'own' | 'inherited'>, keys: Iterable<bigint>) {
  const own = new Set(unpackKeys(row.own))
  const inherited = new Set(unpackKeys(row.inherited))
  const fresh: bigint[] = []
  for (const key of keys) {
    if (inherited.size >= MAX_INHERITED) break
    if (own.has(key) || inherited.has(key)) continue
    inherited.add(key)
    fresh.push(key)
  }
  return { inherited, fresh }
}
