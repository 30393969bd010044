import type { EventKeys } from './event-keys'
import type { EventLog } from './event-log'
import type { Generation, Position } from './generation'

/** Finds the first place from `from` on, before `end`, that the index proposes for a tenant. */
export type NextPlace = (from: Position, end: Position) => Position | undefined

/**
 * Finds the places of a tenant one after the other, without unpacking what others have stored
 * between them. As all hashes do, it only proposes: the record says whose it is.
 */
export function placesOfTenant(log: EventLog, keys: EventKeys, tenantId: string): NextPlace {
  const scopes = [keys.scope(tenantId, 'event'), keys.scope(tenantId, 'entity')]
  let number = -1
  /** The next place of each scope in the generation; each was looked for from no later than `from`. */
  let found: number[] = []

  function nextIn({ number: here, base, index }: Generation, from: Position): Position {
    if (here !== number) found = scopes.map(() => -1)
    number = here
    const column = index.hashes.scope
    for (const [at, scope] of scopes.entries()) {
      if (found[at]! >= from) continue
      const offset = column.indexOf(scope, Math.max(0, from - base))
      found[at] = offset < 0 ? Number.POSITIVE_INFINITY : base + offset
    }
    return Math.min(...found)
  }

  return function nextPlace(from, end) {
    for (const generation of log.newestFirst().toReversed()) {
      const past = generation.base + generation.index.count
      if (past <= from) continue
      const place = nextIn(generation, from)
      if (place < Math.min(past, end)) return place
    }
    return undefined
  }
}
