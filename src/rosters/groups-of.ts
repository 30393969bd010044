import type { Role } from '../identity/role'
import type { DocumentStore } from '../platform/document-store'
import { orgKey, staffKey } from './keys'
import type { Term } from './roster'
import { isDuring } from './term'
import { toldOf } from './told'

export { staffKey } from './keys'

/** A person of a school's staff, with the groups of their enrolments and the schools that they administer. */
export interface StaffDocument {
  teaches: string[]
  manages: string[]
  /** Groups that are theirs for some time only. */
  terms?: ({ group: string; does: 'teaches' | 'manages' } & Term)[] | undefined
  /** Organisations: all groups of theirs, and of those below them, are managed. */
  orgs?: ({ org: string } & Term)[] | undefined
}

/** An organisation, with the groups of it and of all below it. */
export interface OrgDocument {
  id: string
  name: string
  groups: string[]
}

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'list'>
  clock: { now(): Date }
}

/** Finds the groups that somebody teaches, or, as a teacher-admin, teaches and manages, at this time. */
export async function groupsOf(
  { documents, clock }: Needs,
  tenantId: string,
  actorId: string,
  role: Role,
): Promise<readonly string[]> {
  const now = clock.now()
  const [found, told] = await Promise.all([
    documents.get(tenantId, staffKey(actorId)),
    toldOf(documents, tenantId, actorId, now),
  ])
  const { teaches, manages, terms = [], orgs = [] } = staffOf(found?.bytes)
  const now_ = terms.filter((one) => isDuring(one, now))
  const ofTerms = (does: string) => now_.filter((one) => one.does === does)
  const all = new Set([
    ...teaches,
    ...ofTerms('teaches').map(({ group }) => group),
    ...told.filter(({ does }) => does === 'teaches').map(({ group }) => group),
  ])
  if (role !== 'teacher-admin') return [...all]
  for (const group of manages) all.add(group)
  for (const { group } of ofTerms('manages')) all.add(group)
  for (const { group, does } of told) if (does === 'manages') all.add(group)
  const current = orgs.filter((one) => isDuring(one, now)).map(({ org }) => org)
  const managed = await Promise.all(
    [...new Set(current)].map((org) => documents.get(tenantId, orgKey(org))),
  )
  for (const document of managed) {
    if (document === undefined) continue
    const { groups } = JSON.parse(Buffer.from(document.bytes).toString()) as OrgDocument
    for (const group of groups) all.add(group)
  }
  return [...all]
}

export function staffOf(bytes: Uint8Array | undefined): StaffDocument {
  if (bytes === undefined) return { teaches: [], manages: [] }
  return JSON.parse(Buffer.from(bytes).toString()) as StaffDocument
}
