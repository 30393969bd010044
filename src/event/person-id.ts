import { createHash } from 'node:crypto'

/*
 * One person is sent under several spellings of one id. Which spellings are of one person is decided here,
 * and nowhere more generously: whoever is erased by mistake is gone.
 */

// Before the sign an address has no blank, no sign of an IRI and no second `@`; those with any are ids of some other kind.
const MAIL = /^(mailto:)?([^\s@"<>:/|?#]+@)([^\s@"<>:/|?#]+)$/is
// An IRI has no `|` (RFC 3987, 2.2), so the first one ends the home page.
const ACCOUNT = /^([a-z][a-z0-9+.-]*:[^|]*)\|(.+)$/is
const HASH = /^(mbox_sha1sum\|)?([0-9a-f]{40})$/i

export interface Account {
  homePage: string
  name: string
}

/** Reads an account written as `HOMEPAGE|NAME`. */
export function accountIn(id: string): Account | undefined {
  const found = ACCOUNT.exec(id)
  return found === null ? undefined : { homePage: found[1]!, name: found[2]! }
}

/**
 * Writes the domain of a mail address in lower case, since it is not case-sensitive (RFC 5321, 2.4);
 * the name before it may be, and stays. Any other id stays as it is.
 */
export function withLowerDomain(id: string): string {
  const [, scheme = '', name, domain] = MAIL.exec(id) ?? []
  return name === undefined ? id : `${scheme}${name}${domain!.toLowerCase()}`
}

/**
 * Writes an id in the one form by which spellings of it are compared: `ada@Example.edu` and
 * `mailto:ada@example.edu` are one person, and a hash of an address is the same in any case.
 */
export function comparableId(id: string): string {
  const [, , name, domain] = MAIL.exec(id) ?? []
  if (name !== undefined) return `mailto:${name}${domain!.toLowerCase()}`
  const hash = HASH.exec(id)?.[2]
  return hash === undefined ? id : `mbox_sha1sum|${hash.toLowerCase()}`
}

/**
 * Lists the comparable ids of a person who is known by this one: an address has its hash beside it,
 * which cannot be turned back.
 */
export function comparableIdsOf(id: string): string[] {
  const comparable = comparableId(id)
  if (!comparable.startsWith('mailto:') || !MAIL.test(id)) return [comparable]
  const [, , name, domain] = MAIL.exec(id)!
  const addresses = [comparable, `mailto:${name}${domain}`]
  return [...new Set([comparable, ...addresses.map(hashOf)])]
}

/**
 * Lists every text that may stand for the person of this id, to be compared as a whole (`People` takes
 * the domain of an address in any case, and an account in its two parts).
 */
export function spellingsOf(id: string): string[] {
  if (id === '') return []
  const all = comparableIdsOf(id).flatMap((one) => {
    const hash = HASH.exec(one)?.[2]
    if (hash !== undefined) return [one, hash, hash.toUpperCase()]
    return one.startsWith('mailto:') && MAIL.test(one) ? [one, one.slice('mailto:'.length)] : [one]
  })
  return [...new Set([id, ...all])]
}

/** Returns a text that each spelling holds which `People` takes for this id. */
export function hintOf(id: string): string {
  const name = MAIL.exec(id)?.[2]
  return name ?? accountIn(id)?.name ?? id
}

/** Hashes an address as xAPI has it: SHA-1 of the IRI (1.0.3, Data, 2.4.2.3). */
function hashOf(address: string): string {
  return `mbox_sha1sum|${createHash('sha1').update(address).digest('hex')}`
}
