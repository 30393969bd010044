import { ANONYMOUS, isPseudonym, PSEUDONYM } from '../../event/pseudonym'
import { type Node, nodeAt, textAt } from './node'

/**
 * An account is written as its home page, this sign and its name. No IRI has it (RFC 3987, 2.2), so
 * the first one ends the home page, and no two accounts are written alike.
 */
const SEPARATOR = '|'

/**
 * Writes by which identifier an agent or a group is known: one text for all forms of one identifier,
 * which is the record's `actorId` and the value of the finders of agents. `mbox` and `openid` are
 * their IRI; the domain of an address is in lower case, since it is not case-sensitive (RFC 5321,
 * 2.4), the name before it is as sent; an account is `HOMEPAGE|NAME`; a hash is
 * `mbox_sha1sum|HEX` in lower case.
 * @returns undefined for an anonymous group
 */
export function agentKey(agent: Node | undefined): string | undefined {
  if (agent === undefined) return undefined
  const mbox = textAt(agent, 'mbox')
  if (mbox !== undefined) return comparableMbox(mbox).toWellFormed()
  const openid = textAt(agent, 'openid')
  if (openid !== undefined) return openid.toWellFormed()
  const hash = textAt(agent, 'mbox_sha1sum')
  if (hash !== undefined) return `mbox_sha1sum${SEPARATOR}${hash.toLowerCase()}`
  const account = nodeAt(agent, 'account')
  if (account === undefined) return undefined
  const [homePage, name] = [textAt(account, 'homePage'), textAt(account, 'name')]
  // A person whom a policy took out is known by the same URN in every standard.
  if (homePage === ANONYMOUS) return ANONYMOUS
  const urn = homePage === PSEUDONYM ? `${PSEUDONYM}:${name}` : ''
  return isPseudonym(urn) ? urn : `${homePage}${SEPARATOR}${name}`.toWellFormed()
}

/** Writes an address as it is compared. */
export function comparableMbox(mbox: string): string {
  const domain = mbox.lastIndexOf('@') + 1
  return mbox.slice(0, domain) + mbox.slice(domain).toLowerCase()
}

/** Tells whether the object of a statement, or an actor, is an agent or a group. */
export function isAgentOrGroup(node: Node | undefined): boolean {
  return node?.objectType === 'Agent' || node?.objectType === 'Group'
}
