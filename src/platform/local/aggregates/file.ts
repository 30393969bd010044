import { Database } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { openDatabase } from '../database'

/**
 * The file has, for each file of the lake, what it contributes: sums are made of contributions when somebody
 * asks, so that a file that goes takes away what it brought, and nothing is ever subtracted.
 *
 * `counts` has events of a day, UTC, by values of a dimension, `rate` telling which share of them is
 * kept; `people` has who was there on a day of their tenant's zone (`form.ts` has the form of
 * both). `overfull` names dimensions that have too many values. Values and people have numbers; of
 * people, only a digest under a key of this installation is known.
 */
const schema = `
CREATE TABLE IF NOT EXISTS files (
  id INTEGER PRIMARY KEY,
  partition TEXT NOT NULL,
  name TEXT NOT NULL,
  stamp TEXT NOT NULL,
  UNIQUE (partition, name)
) STRICT;
CREATE TABLE IF NOT EXISTS counts (
  file INTEGER NOT NULL,
  tenant INTEGER NOT NULL,
  dimension INTEGER NOT NULL,
  day INTEGER NOT NULL,
  rate REAL NOT NULL,
  totals BLOB NOT NULL,
  quarters BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS countsByDay ON counts (tenant, dimension, day);
CREATE INDEX IF NOT EXISTS countsByFile ON counts (file);
CREATE TABLE IF NOT EXISTS people (
  file INTEGER NOT NULL,
  tenant INTEGER NOT NULL,
  dimension INTEGER NOT NULL,
  day INTEGER NOT NULL,
  heads BLOB NOT NULL,
  lists BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS peopleByDay ON people (tenant, dimension, day);
CREATE INDEX IF NOT EXISTS peopleByFile ON people (file);
CREATE TABLE IF NOT EXISTS overfull (
  file INTEGER NOT NULL,
  tenant INTEGER NOT NULL,
  dimension INTEGER NOT NULL,
  PRIMARY KEY (file, tenant, dimension)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tenants (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  zone TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS labels (
  id INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  dimension INTEGER NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (tenant, dimension, name)
) STRICT;
CREATE TABLE IF NOT EXISTS actors (
  id INTEGER PRIMARY KEY,
  digest INTEGER NOT NULL UNIQUE
) STRICT;
PRAGMA user_version = 1;
`

/** Numbers of dimensions in the file; 0 is all events together. */
export const ALL = 0
/** Stands for the label of events that have none. */
export const NO_LABEL = 0

/** Opens the file to write, and makes it where there is none. */
export function openAggregatesFile(file: string): Database {
  return openDatabase(file, schema)
}

/** Opens the file to read what one moment has. @returns undefined when there is none yet */
export function readAggregatesFile(file: string): Database | undefined {
  if (!existsSync(file)) return undefined
  const db = new Database(file, { readonly: true, strict: true })
  try {
    // Who writes holds the file for milliseconds; five seconds is far beyond that.
    db.run('PRAGMA busy_timeout = 5000')
    db.run('BEGIN')
    const made = db.query<{ user_version: number }, []>('PRAGMA user_version').get()
    if (made?.user_version === 1) return db
  } catch (error) {
    db.close()
    throw error
  }
  // It is being made by another process.
  db.close()
  return undefined
}
