import { vocabularies } from '../model/vocabularies'
import { add, type FoundIssue } from './found-issue'
import { coreRole, type Rules } from './rules'

/** LIS Roles: "Whenever a sub-role is specified, the related context role SHOULD also be included." */
export function coreRolesCheck({ missingCoreRole }: Rules) {
  return function coreRoles(roles: readonly unknown[], found: FoundIssue[]): void {
    let present: Set<unknown> | undefined
    for (let i = 0; i < roles.length; i += 1) {
      const role = roles[i]
      if (typeof role !== 'string' || !role.includes('#') || !vocabularies.Role.has(role)) continue
      present ??= new Set(roles) // a sender may have put any number of them
      if (!present.has(coreRole(role))) add(found, i, role, missingCoreRole)
    }
  }
}
