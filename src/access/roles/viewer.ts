import type { Principal } from '../../identity/principal'
import type { PersonRole, Role } from '../../identity/role'
import type { Viewer, Visibility } from '../../identity/viewer'
import type { OwnIds } from './own-ids'

/** Finds which groups somebody teaches or manages. */
export type GroupsOf = (tenantId: string, actorId: string, role: Role) => Promise<readonly string[]>

interface Needs {
  groupsOf: GroupsOf
  ownIds: OwnIds
}

// Whoever has several reads as the first of these, which sees the most. None reaches beyond its tenant.
const widest: readonly PersonRole[] = ['admin', 'analyst', 'teacher-admin', 'teacher', 'student']

/**
 * Finds the role of whoever asks: a key's or a person's own, or that which scopes amount to.
 * @param isFit tells which may do it, for a person who has several
 */
export function roleOf(
  { role, person, scopes }: Principal,
  isFit: (role: Role) => boolean = () => true,
): Role | undefined {
  if (role !== undefined) return role
  if (person !== undefined) {
    const theirs = widest.filter((one) => person.roles.includes(one))
    return theirs.find(isFit) ?? theirs[0]
  }
  return scopes.includes('admin') || scopes.includes('events:read') ? 'admin' : undefined
}

/**
 * @param isFit tells which role may do it, for a person who has several
 * @returns undefined for whoever has no role: they see nothing here
 */
export async function viewerOf(
  principal: Principal,
  { groupsOf, ownIds }: Needs,
  isFit?: (role: Role) => boolean,
): Promise<Viewer | undefined> {
  const role = roleOf(principal, isFit)
  if (role === undefined) return undefined
  const { tenantId, person, actorId } = principal
  const seesPeople = role !== 'system' && principal.isAggregateOnly !== true
  return { tenantId, role, principal, seesPeople, visibility: await visibilityOf(role) }

  async function visibilityOf(role: Role): Promise<Visibility> {
    if (role === 'system') return { kind: 'everywhere' }
    if (role === 'admin' || role === 'analyst') return { kind: 'tenant' }
    const named = person ? [person.learnerId, ...(person.actorIds ?? [])] : [actorId ?? []].flat()
    const isStaff = role !== 'student'
    const [actorIds, ...groups] = await Promise.all([
      ownIds(tenantId, named),
      ...(isStaff ? named.map((one) => groupsOf(tenantId, one, role)) : []),
    ])
    return { kind: 'some', groups: [...new Set(groups.flat())], actorIds }
  }
}
