import { etagOf } from '../platform/document-store'
import type { Steps } from '../syntax/steps'
import type { OrgDocument, StaffDocument } from './groups-of'
import { groupKey, orgKey, staffKey } from './keys'
import { lineageOf } from './orgs'
import type { Enrolment, EnrolmentRole, Roster, Term, User } from './roster'

/** A class, with whoever is in it. */
export interface GroupDocument {
  id: string
  title: string
  org: string
  members: Member[]
}

export interface Member extends Term {
  /** The ids by which events name them; the first is the one to show. */
  ids: readonly string[]
  role: EnrolmentRole
}

/** Somebody of the staff may see this, as it is gathered. */
interface Seen extends StaffDocument {
  terms: NonNullable<StaffDocument['terms']>
  orgs: NonNullable<StaffDocument['orgs']>
}

/** A document that is to be, by the text of its key. */
export interface Wanted {
  key: readonly string[]
  bytes: Uint8Array
  etag: string
}

export const nameOf = (key: readonly string[]) => JSON.stringify(key)

/**
 * Makes the documents of a roster. The same roster makes the same bytes, so that an etag tells what changed.
 * @param isErased of an id; whoever has one that was erased is left out
 */
export function* documentsOf(
  roster: Roster,
  isErased: (user: User) => boolean,
): Steps<Map<string, Wanted>> {
  const wanted = new Map<string, Wanted>()
  function want(key: readonly string[], content: object) {
    const bytes = Buffer.from(JSON.stringify(content))
    wanted.set(nameOf(key), { key, bytes, etag: etagOf(bytes) })
  }

  const groupsByOrg = new Map<string, string[]>()
  const staff = new Map<User, Seen>()
  const staffOf = (user: User) => {
    const found: Seen = staff.get(user) ?? { teaches: [], manages: [], terms: [], orgs: [] }
    staff.set(user, found)
    return found
  }

  for (const { groupId, title, org, enrolments } of roster.classes.values()) {
    yield
    if (groupId === '') continue
    const members: Member[] = []
    for (const { user, role, from, to } of enrolments) {
      if (user.ids.length === 0 || isErased(user)) continue
      members.push({ ids: user.ids, role, ...termOf({ from, to }) })
      const does = doing(role)
      if (does === undefined || !user.isEnabled) continue
      const own = staffOf(user)
      if (from !== undefined || to !== undefined) {
        own.terms.push({ group: groupId, does, ...termOf({ from, to }) })
      } else own[does].push(groupId)
    }
    want(groupKey(groupId), {
      ...{ id: groupId, title, org },
      members: members.toSorted(byMember),
    } satisfies GroupDocument)
    for (const above of lineageOf(roster.orgs, org)) {
      const groups = groupsByOrg.get(above) ?? []
      groups.push(groupId)
      groupsByOrg.set(above, groups)
    }
  }
  for (const { sourcedId, name } of roster.orgs.values()) {
    yield
    const groups = (groupsByOrg.get(sourcedId) ?? []).toSorted()
    want(orgKey(sourcedId), { id: sourcedId, name, groups } satisfies OrgDocument)
  }
  for (const user of roster.users.values()) {
    if (user.administers.length === 0 || !user.isEnabled || isErased(user)) continue
    staffOf(user).orgs.push(...user.administers)
  }
  for (const [user, { teaches, manages, terms, orgs }] of staff) {
    yield
    const content: StaffDocument = {
      teaches: [...new Set(teaches)].toSorted(),
      manages: [...new Set(manages)].toSorted(),
      ...(terms.length > 0 && { terms: terms.toSorted(byText) }),
      ...(orgs.length > 0 && { orgs: orgs.toSorted(byText) }),
    }
    for (const id of user.ids) want(staffKey(id), { id, ...content })
  }
  return wanted
}

function doing(role: EnrolmentRole): 'teaches' | 'manages' | undefined {
  if (role === 'teacher') return 'teaches'
  return role === 'administrator' ? 'manages' : undefined
}

function termOf({ from, to }: Pick<Enrolment, 'from' | 'to'>): Term {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byMember = (a: Member, b: Member) => compare(memberName(a), memberName(b))
const byText = (a: object, b: object) => compare(JSON.stringify(a), JSON.stringify(b))

/** Names an enrolment, to tell those of one class apart. */
export function memberName({ ids: [id = ''], role, from = '', to = '' }: Member): string {
  return JSON.stringify([id, role, from, to])
}
