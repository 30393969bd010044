import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { comparableId } from '../../event/person-id'
import { PSEUDONYM } from '../../event/pseudonym'

/** A key makes pseudonyms of ids. */
export interface PseudonymKey {
  /** Counts the keys of a tenant from 1, and stands in each pseudonym. */
  number: number
  secret: Uint8Array
  /** It is used from then on, ISO 8601 UTC. */
  from: string
  /** It is held until then, so that what it made is known to be of the same person. Absent for the newest. */
  until?: string | undefined
}

/** The keys of a tenant, which are sealed as one document. */
export interface PseudonymKeys {
  /** The newest is last. */
  keys: PseudonymKey[]
  /** Counts what was forgotten, so that other processes know that what they remember of the table is gone. */
  forgotten: number
  /** A secret that is never rotated: by it the table finds the rows of a person, and purposes have keys. */
  root: Uint8Array
}

// 256 bits, as long as the digest (RFC 2104, 3).
const SECRET_BYTES = 32

export function newKey(number: number, from: string): PseudonymKey {
  return { number, secret: randomBytes(SECRET_BYTES), from }
}

export function firstKeys(now: string): PseudonymKeys {
  return { keys: [newKey(1, now)], forgotten: 0, root: randomBytes(SECRET_BYTES) }
}

// 22 characters are 132 bits: two people never share a pseudonym by chance.
const LENGTH = 22

export function digestOf(secret: Uint8Array, text: string): string {
  // In UTF-8 all half surrogates are one character, and not all people one person.
  const said = text.isWellFormed() ? text : JSON.stringify(text)
  return createHmac('sha256', secret).update(said).digest('base64url').slice(0, LENGTH)
}

/** Writes the pseudonym of a person under a key: the same for every spelling of one id. */
export function pseudonymBy({ number, secret }: PseudonymKey, personId: string): string {
  return `${PSEUDONYM}:${number}.${digestOf(secret, comparableId(personId))}`
}

/** Returns the mark by which the rows of a person are found in the table, and nothing else can be told. */
export function markOf({ root }: PseudonymKeys, personId: string): string {
  return digestOf(derived(root, 'table'), comparableId(personId))
}

/** Returns the key of a purpose. Without it, nothing links a pseudonym of that purpose to any other. */
export function purposeKey({ root }: PseudonymKeys, purpose: string): Uint8Array {
  return derived(root, `purpose ${purpose}`)
}

/** RFC 5869, so that no key tells anything of another that was derived from the same secret. */
function derived(secret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `nonius ${purpose}`, SECRET_BYTES))
}

/** Reads what `writeKeys` wrote. */
export function readKeys(json: string): PseudonymKeys {
  const { keys, forgotten, root } = JSON.parse(json)
  return {
    keys: keys.map((one: { secret: string }) => ({ ...one, secret: bytesOf(one.secret) })),
    forgotten,
    root: bytesOf(root),
  }
}

export function writeKeys({ keys, forgotten, root }: PseudonymKeys): string {
  return JSON.stringify({
    keys: keys.map((one) => ({ ...one, secret: textOf(one.secret) })),
    forgotten,
    root: textOf(root),
  })
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
