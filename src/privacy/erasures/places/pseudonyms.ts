import type { Pseudonyms } from '../../../governance/pseudonyms/pseudonyms'
import type { Place } from './place'

/** The table that says who is behind a pseudonym. */
export function pseudonymsPlace(
  pseudonyms: () => Promise<Pick<Pseudonyms, 'pseudonymsOf' | 'reveal' | 'forget'>>,
): Place {
  return {
    name: 'pseudonyms',
    method:
      'Rows of the encrypted table were found by the pseudonyms of the people, under every key.',

    async search({ tenantId, actorIds, isDryRun }) {
      const { pseudonymsOf, reveal, forget } = await pseudonyms()
      if (!isDryRun) {
        const { removed } = await forget(tenantId, actorIds)
        return { looked: removed, found: removed, removed }
      }
      const theirs = await pseudonymsOf(tenantId, actorIds)
      let found = 0
      for (const one of theirs) if ((await reveal(tenantId, one)) !== undefined) found += 1
      return { looked: theirs.length, found, removed: 0 }
    },
  }
}
