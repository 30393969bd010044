import type { LakeAnswer } from '../query/ask-lake'
import { namedQueries } from '../query/sql'
import type { NamedQuery } from '../query/sql/named-query'
import { CommandError } from './failure'

/** Finds a named query. @throws {CommandError} when none has that name */
export function namedQueryOf(id: string): NamedQuery {
  const found = namedQueries.find((one) => one.id === id)
  if (found) return found
  const names = namedQueries.map((one) => one.id).join(', ')
  throw new CommandError(`there is no named query ${JSON.stringify(id)}; there are ${names}`)
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
