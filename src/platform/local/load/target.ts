import type { Column, ColumnType } from '../../../event/columns'
import { viewColumns } from '../../shared/events-view'
import type { Partition } from '../settle/places'
import type { FileSeen } from './lake-files'

/** A column of the table of events at the target. */
export interface TargetColumn {
  name: Column['name']
  type: ColumnType | 'date'
}

/** The table has the columns of the view `events`; `day` is a date there. */
export const targetColumns: readonly TargetColumn[] = viewColumns.map(({ name, type }) => {
  return { name, type: name === 'day' ? 'date' : type }
})

export interface Position extends Partition {
  files: FileSeen[]
}

/** The target has this of a tenant. */
export interface Held {
  positions: Position[]
  /** The lake that they came from, if any did. */
  lakeId: string | undefined
}

/**
 * A target is a database that holds a tenant's events as the lake has them, and beside them which files of the
 * lake they came from. Rows and positions change in one transaction, so that whatever is killed, each
 * event is there once.
 */
export interface Target extends AsyncDisposable {
  /**
   * Makes the schema and its tables, and adds the columns that an earlier version did not have.
   * Nothing is changed in a dry run.
   * @returns what was, or would be, made: `table nonius.events`, `column sample_rate`
   */
  prepare(): Promise<string[]>
  /** Reads what is there of the tenant; nothing where no table is. */
  held(): Promise<Held>
  /** Notes which lake the tenant's events come from. */
  claim(lakeId: string): Promise<void>
  /** Runs `work` in one transaction, which its failure undoes. */
  transaction<Result>(work: (change: Change) => Promise<Result>): Promise<Result>
}

/** A change is a transaction at the target. SQL is DuckDB's, over files of the lake. */
export interface Change {
  /**
   * Inserts the rows whose events are not there yet, the first to arrive of copies.
   * @param rows selects the columns of `targetColumns`
   * @returns how many there were
   */
  insert(rows: string): Promise<number>
  /**
   * Makes the events of one day what they are in the lake: what is missing comes, what the lake has not goes, and
   * what has another content (somebody was anonymised) is replaced.
   * @param rows selects the columns of `targetColumns` of all events of the day
   * @param elsewhere selects them of all other days: what is gone from this one may be another's now
   */
  compare(one: Partition, rows: string, elsewhere: () => Promise<string>): Promise<Compared>
  /** Sets which files of the day have been loaded; the others are forgotten where `isAll`. */
  note(one: Partition, files: readonly FileSeen[], needs: { isAll: boolean }): Promise<void>
}

export interface Compared {
  inserted: number
  removed: number
  /** So many have another content than before, or are another day's. */
  changed: number
}

/**
 * Writes the SQL of a digest of whatever in a row may be of a person: an event that was anonymised has the id that it
 * had, and another content.
 */
export const MARK = `md5(concat_ws(chr(31), raw, raw_exact, actor_id, actor_name, object_id, object_name, target_id,
  member_id, generated_id, session_id, server_subject, server_ip, server_user_agent))`
