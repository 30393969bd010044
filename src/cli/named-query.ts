import { InvalidArgumentError } from 'commander'
import type { LakeAnswer } from '../query/ask-lake'
import { namedQueries } from '../query/sql'
import { narrowed } from '../query/sql/named-query'
import { toTimeBound } from '../query/time-bound'
import { CommandError } from './failure'

export interface NamedOptions {
  named?: string
  from?: string
  to?: string
}

/**
 * Chooses the SQL to run: the given one, or the named query, narrowed to the days that were asked
 * for.
 * @throws {CommandError} when neither or both are given, or no query has that name
 */
export function chosenSql(given: string | undefined, options: NamedOptions): string {
  const { named, from, to } = options
  if (named === undefined) {
    if (from !== undefined || to !== undefined) {
      throw new CommandError('--from and --to belong to --named; in SQL, write WHERE day >= …')
    }
    if (given === undefined) {
      throw new CommandError('give SQL, or a named query with --named; --list lists them')
    }
    return given
  }
  if (given !== undefined) throw new CommandError('give SQL or --named, not both')
  const found = namedQueries.find(({ id }) => id === named)
  if (!found) {
    const names = namedQueries.map(({ id }) => id).join(', ')
    throw new CommandError(`there is no named query ${JSON.stringify(named)}; there are ${names}`)
  }
  return narrowed(found.sql, { ...(from && { from }), ...(to && { to }) })
}

/**
 * @param options.isWhole adds what each query answers, and its SQL, which a table has no room for
 */
export function namedList({ isWhole }: { isWhole: boolean }): LakeAnswer {
  const names = isWhole
    ? (['id', 'title', 'description', 'sql'] as const)
    : (['id', 'title'] as const)
  return {
    columns: names.map((name) => ({ name, type: 'VARCHAR' })),
    rows: namedQueries.map((query) => names.map((name) => query[name])),
  }
}

export function toDay(value: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(value) && toTimeBound(value)) return value
  throw new InvalidArgumentError('It must be a day, e.g. 2026-11-21.')
}
