import type { Place } from '../erasures/places/place'
import type { Access } from './access'

/** Answers to access requests go with the people they are about; others' answers have nobody else in them. */
export function accessPlace(access: Pick<Access, 'erase'>): Place {
  return {
    name: 'answers to access requests',
    method:
      'Each was opened and compared by whom it is about; other people were taken out when it was made.',

    async search({ tenantId, actorIds, isDryRun }) {
      const { looked, found } = await access.erase(tenantId, actorIds, { isDryRun })
      return { looked, found, removed: isDryRun ? 0 : found }
    },
  }
}
