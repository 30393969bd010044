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

/** What is at the target of a tenant's events. */
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
   * Compares the events of one day with those that are there of it.
   * @param ids selects `event_id` of all that the lake has of the day
   */
  compare(one: Partition, ids: string): Promise<Compared>
  /** Sets which files of the day have been loaded; the others are forgotten where `isAll`. */
  note(one: Partition, files: readonly FileSeen[], needs: { isAll: boolean }): Promise<void>
}

export interface Compared {
  /** So many of the lake are not at the target. */
  missing: number
  /** So many at the target are not in the lake's day any more. */
  extra: number
  /** Inserts those of `rows` that are missing. */
  insertMissing(rows: string): Promise<number>
  /**
   * What is extra and found in another day is that day's; the rest goes.
   * @param elsewhere selects `event_id`, `retention_class` and `day` of the tenant's other days
   */
  resolveExtra(elsewhere: string): Promise<{ moved: number; removed: number }>
}
