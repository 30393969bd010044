import type { Role } from '../identity/role'
import type { DocumentStore } from '../platform/document-store'

/** A person of a school's staff, with the groups of their enrolments and of the schools they manage. */
export interface StaffDocument {
  teaches: string[]
  manages: string[]
}

/** The document of a person of the staff. */
export const staffKey = (actorId: string) => ['rosters', 'staff', actorId]

/** Finds the groups that somebody teaches, or, as a teacher-admin, teaches and manages. */
export async function groupsOf(
  documents: Pick<DocumentStore, 'get'>,
  tenantId: string,
  actorId: string,
  role: Role,
): Promise<readonly string[]> {
  const found = await documents.get(tenantId, staffKey(actorId))
  if (found === undefined) return []
  const { teaches, manages } = JSON.parse(Buffer.from(found.bytes).toString()) as StaffDocument
  return role === 'teacher-admin' ? [...new Set([...teaches, ...manages])] : teaches
}
