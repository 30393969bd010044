import { roleTerm } from '../../../event/role-term'
import { term } from '../model/terms'
import { idOf, type Node, nodeOf, typeOf } from '../node'

/** Roles, and whose they are. */
export interface Roles {
  roles: string[] | undefined
  memberId: string | undefined
}

/**
 * Reads the membership that was sent. Where an event is about a membership, which is then its object,
 * and has none itself, it is that.
 */
export function membershipOf({ membership, object }: Node): Roles {
  const own = nodeOf(membership)
  if (own !== undefined) return rolesIn(own)
  return typeOf(object) === 'Membership' ? rolesIn(object as Node) : none
}

const none: Roles = { roles: undefined, memberId: undefined }

export function rolesIn({ roles, member }: Node): Roles {
  return { roles: termsOf(roles), memberId: idOf(member) }
}

/** Some send one role as a text, or several with commas, as LTI did. */
function termsOf(roles: unknown): string[] | undefined {
  if (roles === undefined || roles === null) return undefined
  const list: unknown[] =
    typeof roles === 'string' ? roles.split(',') : Array.isArray(roles) ? roles : [roles]
  const terms: string[] = []
  for (const role of list) {
    const text = idOf(role)?.trim()
    if (text !== undefined && text !== '') terms.push(roleTerm(term(text)))
  }
  return terms.length === 0 ? undefined : terms
}
