import { spellingsOf } from '../../event/person-id'
import type { Clock } from '../../platform/clock'
import { createMemory } from '../keys/remember'

/** Lists every id by which stored events may name somebody. */
export type OwnIds = (tenantId: string, ids: readonly string[]) => Promise<readonly string[]>

interface Needs {
  /** Lists the pseudonyms that stand for people in events under a policy. */
  pseudonyms(): Promise<{
    pseudonymsOf(tenantId: string, ids: readonly string[]): Promise<string[]>
  }>
  clock: Pick<Clock, 'monotonic'>
}

// After a key was rotated, somebody's own events may be missing to them for so long. Going through the
// table of pseudonyms for each question would cost a school some fifty reads.
const FOR_MS = 60_000
const MAX_PEOPLE = 10_000
const MAX_BYTES = 8 * 1024 * 1024

/** Adds to somebody's ids the other spellings of them, and the pseudonyms that a policy put in their place. */
export function rememberOwnIds({ pseudonyms, clock }: Needs): OwnIds {
  const known = createMemory<readonly string[]>({
    ...{ clock, forMs: FOR_MS, maxEntries: MAX_PEOPLE, maxBytes: MAX_BYTES },
  })

  return async function ownIds(tenantId, ids) {
    if (ids.length === 0) return []
    const name = JSON.stringify([tenantId, ids])
    const cached = known.get(name)
    if (cached !== undefined) return cached.value
    const { pseudonymsOf } = await pseudonyms()
    const all = [...ids.flatMap(spellingsOf), ...(await pseudonymsOf(tenantId, ids))]
    const own = [...new Set(all)]
    known.set(name, own)
    return own
  }
}
