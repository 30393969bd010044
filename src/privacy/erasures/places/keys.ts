import { comparableId } from '../../../event/person-id'
import type { Clock } from '../../../platform/clock'
import type { Keys } from '../../../platform/registry/keys'
import type { Place } from './place'

/** The keys that were made for the people: they end, and nobody's name stands in them. */
export function keysPlace(
  keys: Pick<Keys, 'list' | 'forgetActor'>,
  { clock }: { clock: Pick<Clock, 'now'> },
): Place {
  return {
    name: 'keys',
    method: 'The key of each person with a role was compared by whose it is.',

    async search({ tenantId, actorIds, isDryRun }) {
      const theirs = new Set(actorIds.map(comparableId))
      const all = (await keys.list(tenantId)).filter(({ actorId }) => actorId !== undefined)
      const found = all.filter(({ actorId }) => theirs.has(comparableId(actorId!)))
      if (!isDryRun) {
        const at = clock.now().toISOString()
        for (const { keyId } of found) await keys.forgetActor(tenantId, keyId, at)
      }
      return { looked: all.length, found: found.length, removed: isDryRun ? 0 : found.length }
    },
  }
}
