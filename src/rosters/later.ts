import type { Role } from '../identity/role'
import type { DocumentStore } from '../platform/document-store'

/** Finds groups by code that is loaded by the first who is of the staff. */
export function groupsLater({ documents }: { documents: Pick<DocumentStore, 'get'> }) {
  return async (tenantId: string, actorId: string, role: Role) => {
    const { groupsOf } = await import('./groups-of')
    return groupsOf(documents, tenantId, actorId, role)
  }
}
