import { idOf, nameOf, typeOf } from '../standards/caliper/node'
import { isIri } from '../syntax/iri'
import { isObject, type Json, withoutAbsent } from './json'

// Whoever is known by the hash of an address has no IRI; this one holds the hash.
const HASH = 'urn:nonius:mbox_sha1sum:'
const MAILTO = 'mailto:'
// Someone without any identifier has a name that is valid in one document only.
const NOBODY = '_:actor'
const groups: ReadonlySet<string | undefined> = new Set([
  'Group',
  'Organization',
  'CourseOffering',
  'CourseSection',
])

/**
 * Makes an agent of a Caliper actor: a mail address is an mbox, a hash of one an mbox_sha1sum, and
 * every other IRI the name of an account at its own origin.
 */
export function agentOf(actor: unknown): Json {
  const id = idOf(actor) ?? NOBODY
  const objectType = groups.has(typeOf(actor)) ? 'Group' : 'Agent'
  return withoutAbsent({ objectType, name: nameOf(actor) || undefined, ...identifierOf(id) })!
}

function identifierOf(id: string): Json {
  if (id.startsWith(MAILTO) && /^mailto:[^@\s]+@[^@\s]+$/.test(id)) return { mbox: id }
  if (/^urn:nonius:mbox_sha1sum:[\da-f]{40}$/.test(id))
    return { mbox_sha1sum: id.slice(HASH.length) }
  return { account: { homePage: originOf(id), name: id } }
}

/** Returns the origin of an HTTP IRI, or the scheme and namespace of any other. */
function originOf(id: string): string {
  const http = /^https?:\/\/[^/?#]+/i.exec(id)?.[0]
  if (http !== undefined && isIri(http)) return http
  const urn = /^[a-z][a-z\d+.-]*:[^:/?#]+/i.exec(id)?.[0]
  return urn !== undefined && isIri(urn) ? urn : 'urn:nonius:actor'
}

/** Makes a Caliper actor of an agent or a group, known by its one identifier. */
export function actorOf(agent: unknown): Json {
  if (!isObject(agent)) return { id: NOBODY, type: 'Person' }
  const name = typeof agent.name === 'string' ? agent.name : undefined
  const type = agent.objectType === 'Group' ? 'Group' : 'Person'
  return withoutAbsent({ id: iriOfAgent(agent), type, name })!
}

function iriOfAgent({ mbox, mbox_sha1sum, openid, account }: Json): string {
  if (typeof mbox === 'string') return mbox
  if (typeof mbox_sha1sum === 'string') return HASH + mbox_sha1sum
  if (typeof openid === 'string') return openid
  if (!isObject(account)) return NOBODY
  const { homePage, name } = account
  if (typeof homePage !== 'string' || typeof name !== 'string') return NOBODY
  if (name.startsWith(homePage) && isIri(name)) return name
  const slash = /[/#?=]$/.test(homePage) ? '' : '/'
  return `${homePage}${slash}${encodeURIComponent(name)}`
}
