import type { Subject } from '../../event/conditions'
import { readItemPath } from '../../event/conditions/path'

// Senders write the domain of their school here, from the root of the item; a stream has it beside its learner.
const places = [
  'domain',
  ...['payload', 'properties', 'context', 'metadata', 'auth'].map((of) => `${of}.domain`),
]
  .map(readItemPath)
  .filter((place) => typeof place !== 'string')

// An extension says who is signed in to the browser, in what it locks as well (Learning Observer).
const mailPlaces = ['', 'payload.', 'locked.', 'client.']
  .map((of) => readItemPath(`${of}chrome_identity.email`))
  .filter((place) => typeof place !== 'string')

// A name of the domain system has 253 characters at most (RFC 1035, 2.3.4).
const LONGEST = 253

/**
 * Lists the domains that an event is of, in lower case: the `domain` that its sender wrote, that of the mail address
 * of the actor and of whoever is signed in to the browser, and the hosts of the addresses of organisation, application and actor.
 */
export function domainsOf(subject: Subject): string[] {
  const { actorId, organizationId, edAppId } = subject.record
  const written = places.flatMap((place) => subject.inItem(place).scalars)
  const mails = mailPlaces.flatMap((place) => subject.inItem(place).scalars)
  const found = [
    ...written.filter((one) => typeof one === 'string'),
    ...mails.map((one) => mailDomainOf(String(one))),
    mailDomainOf(actorId),
    ...[organizationId, edAppId, actorId].map(hostOf),
  ]
  return found
    .filter((one) => one !== undefined && one !== '' && one.length <= LONGEST)
    .map((one) => one!.toLowerCase())
}

/** Tells whether a domain is the one that was asked; `*.example.org` is every one below it. */
export function isOfDomain(domain: string, asked: string): boolean {
  return asked.startsWith('*.') ? domain.endsWith(asked.slice(1)) : domain === asked
}

const MAIL = /^(?:mailto:)?[^\s@/:]+@([^\s@/:?]+)(?:\?.*)?$/i

/** Finds the domain of an id that is a mail address. */
export function mailDomainOf(id: string | undefined): string | undefined {
  return id !== undefined && id.length <= 4 * LONGEST ? MAIL.exec(id)?.[1] : undefined
}

// Not `URL.parse`, which takes ten times as long and normalises what nobody compares.
const HOST = /^https?:\/\/(?:[^\s/?#@]*@)?([^\s/?#:@[\]]+)(?::\d+)?(?:[/?#]|$)/i

function hostOf(id: string | undefined): string | undefined {
  return id === undefined ? undefined : HOST.exec(id)?.[1]
}
