import type { Database } from 'bun:sqlite'
import { NO_LABEL } from '../file'
import type { Seen } from './seen'

/** Finds for numbers that are good for some files only those that stay. */
export interface Numbers {
  tenant(id: number): number
  label(id: number): number
  person(id: number): number
}

/** Gives each text and each person that is new a number, durably. */
export function createNumbers(
  db: Database,
  seen: Seen,
  zones: Readonly<Record<string, string>>,
): Numbers {
  return db.transaction((): Numbers => {
    const tenants = numbersOf(
      seen.tenants.map(({ name }) => [name, zones[name] ?? 'UTC']),
      // `applyZones` has seen to it that the zone is this one.
      db.query<{ id: number }, string[]>('SELECT id FROM tenants WHERE name = ?1 AND zone = ?2'),
      db.query<{ id: number }, string[]>(
        'INSERT INTO tenants (name, zone) VALUES (?, ?) RETURNING id',
      ),
    )
    const labels = numbersOf(
      seen.labels.map(({ tenant, dimension, name }) => [tenants[tenant]!, dimension, name]),
      db.query<{ id: number }, (string | number)[]>(
        'SELECT id FROM labels WHERE tenant = ? AND dimension = ? AND name = ?',
      ),
      db.query<{ id: number }, (string | number)[]>(
        'INSERT INTO labels (tenant, dimension, name) VALUES (?, ?, ?) RETURNING id',
      ),
    )
    const byId = new Map(seen.labels.map(({ id }, n) => [id, labels[n]!]))
    const people = numbersOf(
      // SQLite's whole numbers have a sign.
      seen.digests.map((digest) => [BigInt.asIntN(64, digest)]),
      db.query<{ id: number }, bigint[]>('SELECT id FROM actors WHERE digest = ?'),
      db.query<{ id: number }, bigint[]>('INSERT INTO actors (digest) VALUES (?) RETURNING id'),
    )
    return {
      tenant: (id) => tenants[id]!,
      label: (id) => (id === NO_LABEL ? NO_LABEL : byId.get(id)!),
      person: (id) => people[id]!,
    }
  })()
}

interface Statement<Key> {
  get(...key: Key[]): { id: number } | null
}

function numbersOf<Key>(keys: Key[][], find: Statement<Key>, add: Statement<Key>): number[] {
  return keys.map((key) => (find.get(...key) ?? add.get(...key))!.id)
}

/**
 * Notes by which zone people are counted. What was counted of a tenant by another goes, so that its files are
 * counted anew.
 * @returns whether something went
 */
export function applyZones(db: Database, zones: Readonly<Record<string, string>>): boolean {
  return db.transaction(() => {
    let isChanged = false
    const known = db
      .query<{ id: number; name: string; zone: string }, []>('SELECT id, name, zone FROM tenants')
      .all()
    for (const { id, name, zone } of known) {
      const own = zones[name] ?? 'UTC'
      if (own === zone) continue
      isChanged = true
      db.run('UPDATE tenants SET zone = ? WHERE id = ?', [own, id])
      const files = db
        .query<{ file: number }, [number]>('SELECT DISTINCT file FROM counts WHERE tenant = ?')
        .all(id)
      for (const { file } of files) remove(db, file)
    }
    return isChanged
  })()
}

/** Removes what a file of the lake has contributed. */
export function remove(db: Database, file: number) {
  for (const table of ['counts', 'people', 'overfull']) {
    db.query(`DELETE FROM ${table} WHERE file = ?`).run(file)
  }
  db.query('DELETE FROM files WHERE id = ?').run(file)
}
