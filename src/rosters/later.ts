import type { Role } from '../identity/role'
import { methodsLater } from '../syntax/methods-later'
import type { Memberships, MembershipsNeeds } from './memberships'
import type { Rosters, RostersNeeds } from './rosters'

/** Finds groups by code that is loaded by the first who is of the staff. */
export function groupsLater(needs: Pick<RostersNeeds, 'documents' | 'clock'>) {
  return async (tenantId: string, actorId: string, role: Role) => {
    const { groupsOf } = await import('./groups-of')
    return groupsOf(needs, tenantId, actorId, role)
  }
}

/** Loads what loads rosters with the first who asks. */
export function rostersLater(needs: RostersNeeds): Rosters {
  let made: Promise<Rosters> | undefined
  const load = () => (made ??= import('./rosters').then((it) => it.createRosters(needs)))
  return methodsLater(load, ['load', 'state', 'staff', 'group', 'remove'])
}

/** Loads what hears memberships with the first source that tells them. */
export function membershipsLater(needs: MembershipsNeeds): Memberships {
  let made: Promise<Memberships> | undefined
  const load = () => (made ??= import('./memberships').then((it) => it.createMemberships(needs)))
  return methodsLater(load, ['hear'])
}
