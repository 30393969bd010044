import type { Database } from 'bun:sqlite'
import type { CountsOfDay, PeopleOfDay } from '../form'
import type { Stamped } from '../stamps'
import { remove } from './numbers'

export interface Counted {
  counts: readonly CountsOfDay[]
  people: readonly PeopleOfDay[]
  /** Dimensions that have too many values, in whichever file. */
  overfull: readonly { tenant: number; dimension: number }[]
}

interface ContributionRow {
  id: number
  name: string
  stamp: string
}

/** Keeps what the files of one day of the lake contribute. */
export function createContributions(db: Database, partition: string) {
  return {
    list(): ContributionRow[] {
      return db
        .query<ContributionRow, [string]>('SELECT id, name, stamp FROM files WHERE partition = ?')
        .all(partition)
    },

    /** Removes contributions, and adds those of files, all at once. @param counted by place in `files` */
    exchange(gone: readonly number[], files: readonly Stamped[], counted: Counted) {
      db.transaction(() => {
        for (const id of gone) remove(db, id)
        const added = db.query<{ id: number }, [string, string, string]>(
          'INSERT INTO files (partition, name, stamp) VALUES (?, ?, ?) RETURNING id',
        )
        const ids = files.map(({ name, stamp }) => added.get(partition, name, stamp)!.id)
        const addCounts = db.query(
          `INSERT INTO counts (file, tenant, dimension, day, rate, totals, quarters)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        for (const { file, tenant, dimension, day, rate, totals, quarters } of counted.counts) {
          addCounts.run(ids[file]!, tenant, dimension, day, rate, totals, quarters)
        }
        const addPeople = db.query(
          'INSERT INTO people (file, tenant, dimension, day, heads, lists) VALUES (?, ?, ?, ?, ?, ?)',
        )
        for (const { file, tenant, dimension, day, heads, lists } of counted.people) {
          addPeople.run(ids[file]!, tenant, dimension, day, heads, lists)
        }
        const addOverfull = db.query(
          'INSERT INTO overfull (file, tenant, dimension) VALUES (?, ?, ?)',
        )
        for (const { tenant, dimension } of counted.overfull) {
          for (const id of ids) addOverfull.run(id, tenant, dimension)
        }
      })()
    },
  }
}
