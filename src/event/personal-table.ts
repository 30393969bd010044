import { lastPart, type PersonalKind, personalKindOf, wordsOf } from './personal-names'

/**
 * A place is what a member stands in, since a name means another thing in the object of a person: an ordinary
 * object, a person, what extends a person, the claims of a launch or traits, a device, or none of it any more.
 */
export type PersonalPlace = 'item' | 'person' | 'extensions' | 'claims' | 'device'

/**
 * A role is what a member is: a personal value; `people` for a person, an id of one, or a list of these; a place for
 * an object whose members are told by that place; `keep` for what says nothing of a person.
 */
export type PersonalRole = PersonalKind | PersonalPlace | 'people' | 'keep'

/** The table of a standard says where its items have personal values. It is pure, and may be remembered. */
export interface PersonalTable {
  /** Tells what a member is, by its name and what it stands in. Ordinary members are `item`. */
  roleOf(name: string, place: PersonalPlace): PersonalRole
  /** A type is under one of these names. */
  typeNames: readonly string[]
  /** Tells whether an object of that type is a person; undefined where the type leaves it open. */
  isPerson(type: string): boolean | undefined
  /**
   * Writes the id of a person as the record has it.
   * @param parts the members of role `id`, by name, parsed
   */
  idOf(parts: Readonly<Record<string, unknown>>): string | undefined
  /** Lists other texts that stand for the person of that id. */
  spellingsOf?(id: string): string[]
  /**
   * Writes the member that takes the place of all that are of role `id`. Left out, each keeps its name, and its value
   * is replaced by the text of its own pseudonym.
   * @param urn the pseudonym, or that of an anonymous person
   */
  memberFor?(urn: string): string
  /** A value of this member has a form of its own, or is a word of the standard: it is never looked through for a name. */
  isFixed(name: string): boolean
  /** Derives an id of the standard's form, for an item whose own id names a person. */
  deriveId(raw: string): string
  /** Tells whether the sender says that the actor is under 13. @param item the item, parsed */
  saysUnder13(item: unknown): boolean
  /** Finds where an item says what its actor granted or denied, by category. @param item the item, parsed */
  consentIn(item: unknown): Readonly<Record<string, unknown>> | undefined
}

/** Tells what a member of an ordinary object is by names that all standards share. */
export function commonRole(name: string, place: PersonalPlace): PersonalRole {
  if (place === 'person') return roleInPerson(name)
  if (place === 'extensions') {
    return isUnder13Name(name) ? 'keep' : (personalKindOf(name) ?? 'detail')
  }
  if (place === 'claims') return claims.get(wordsOf(lastPart(name))) ?? roleByName(name, 'claims')
  if (place === 'device') return devices.get(wordsOf(name)) ?? personalKindOf(name) ?? 'item'
  return roleByName(name, 'item')
}

function roleByName(name: string, place: PersonalPlace): PersonalRole {
  return personalKindOf(name) ?? people.get(wordsOf(lastPart(name))) ?? place
}

/** In the object of a person everything is personal, but what it is and when it was made. */
function roleInPerson(name: string): PersonalRole {
  return inPerson.get(name) ?? personalKindOf(name) ?? 'detail'
}

const inPerson = new Map<string, PersonalRole>([
  ...['type', '@type', 'objectType', '@context'].map((name) => [name, 'keep'] as const),
  ...['id', '@id', 'uuid', 'uid', 'sub', 'key'].map((name) => [name, 'id'] as const),
  ['under13', 'keep'],
  ['role', 'keep'],
  ['roles', 'keep'],
  ['name', 'name'],
  ['extensions', 'extensions'],
])

/** Members in which people stand, by id or as objects, whatever the standard. */
const people = new Map<string, PersonalRole>([
  ...'user person student learner pupil teacher instructor actor author grader assignee guardian'
    .split(' ')
    .map((name) => [name, 'people'] as const),
  ['traits', 'claims'],
  ['userinfo', 'person'],
  ['userdata', 'person'],
  ['userprofile', 'person'],
  ['messageparameters', 'claims'],
  ['deviceinfo', 'device'],
  ['device', 'device'],
])

/** Claims of a launch (LTI 1.1 and 1.3, OpenID Connect) and traits of a person that are no word elsewhere. */
const claims = new Map<string, PersonalRole>([
  ['sub', 'id'],
  ['id', 'id'],
  ['rolescopementor', 'id'],
  ['name', 'name'],
  ['picture', 'detail'],
  ['website', 'detail'],
  ['profile', 'detail'],
  ['address', 'detail'],
  ['age', 'detail'],
])

const devices = new Map<string, PersonalRole>([
  ['id', 'machine'],
  ['token', 'machine'],
  ['serial', 'machine'],
  ['serialnumber', 'machine'],
  ['mac', 'machine'],
  ['macaddress', 'machine'],
  ['idfa', 'machine'],
  ['imei', 'machine'],
  // People call a device after themselves.
  ['name', 'name'],
  ['hostname', 'name'],
  ['host', 'name'],
])

/** Tells whether a member says that a person is under 13: an extension may have it at the end of an IRI. */
export function isUnder13Name(name: string): boolean {
  return name.endsWith('under13')
}

/** A sender says yes by `true`, or as text. */
export function saysYes(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}
