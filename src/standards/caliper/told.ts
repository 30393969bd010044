import type { ToldMembership } from '../standard'
import { term } from './model/terms'
import { idOf, type Node, nodeOf, textOf, typeOf } from './node'
import { rolesIn } from './record/membership'

/**
 * Reads the membership that an item tells of (Caliper 1.2, Appendix D, Membership): of an event, one that stands
 * beside its actor or is its object; of a describe, itself.
 * @returns undefined where it names no member, no organisation, or no role
 */
export function membershipIn(item: unknown): ToldMembership | undefined {
  const whole = nodeOf(item)
  if (whole === undefined) return undefined
  const own = nodeOf(whole.membership) ?? ifMembership(whole.object) ?? ifMembership(whole)
  if (own === undefined) return undefined
  const { roles, memberId } = rolesIn(own)
  const group = idOf(own.organization) ?? idOf(whole.group)
  const member = memberId ?? idOf(whole.actor)
  if (roles === undefined || group === undefined || member === undefined) return undefined
  return { member, group, roles, isActive: term(textOf(own.status) ?? '') !== 'Inactive' }
}

function ifMembership(value: unknown): Node | undefined {
  return typeOf(value) === 'Membership' ? nodeOf(value) : undefined
}
