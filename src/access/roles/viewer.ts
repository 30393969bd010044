import type { Principal } from '../../identity/principal'
import { type Role, roles } from '../../identity/role'
import type { Viewer, Visibility } from '../../identity/viewer'

/** Finds which groups somebody teaches or manages. */
export type GroupsOf = (tenantId: string, actorId: string, role: Role) => Promise<readonly string[]>

/** Finds the role of whoever asks: a key's or a person's own, or that which scopes amount to. */
export function roleOf(principal: Principal): Role | undefined {
  const { role, person, scopes } = principal
  if (role !== undefined) return role
  // The first of these that they have is the one that sees the most.
  if (person !== undefined) return roles.find((one) => person.roles.includes(one))
  return scopes.includes('admin') || scopes.includes('events:read') ? 'admin' : undefined
}

/** @returns undefined for whoever has no role: they see nothing here */
export async function viewerOf(
  principal: Principal,
  { groupsOf }: { groupsOf: GroupsOf },
): Promise<Viewer | undefined> {
  const role = roleOf(principal)
  if (role === undefined) return undefined
  const { tenantId } = principal
  const actorId = principal.actorId ?? principal.person?.learnerId
  const seesPeople = role !== 'system' && principal.isAggregateOnly !== true
  return { tenantId, role, principal, seesPeople, visibility: await visibilityOf() }

  async function visibilityOf(): Promise<Visibility> {
    if (role === 'system') return { kind: 'everywhere' }
    if (role === 'admin' || role === 'analyst') return { kind: 'tenant' }
    const actorIds = actorId === undefined ? [] : [actorId]
    const isStaff = role !== 'student' && actorId !== undefined
    const groups = isStaff ? await groupsOf(tenantId, actorId, role!) : []
    return { kind: 'some', groups, actorIds }
  }
}
