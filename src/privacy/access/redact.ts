import { spellingsOf, withLowerDomain } from '../../event/person-id'

/** It stands for somebody else in a copy. */
export const REDACTED = 'another person'

/** The copy of an item, in which other people are not named. */
export interface Redacted {
  /** JSON; the very text that was sent where nobody else is in it. */
  text: string
  /** So many people, and mentions of them, were taken out. */
  others: number
}

type Json = Record<string, unknown>

// An object with any of these says who somebody is.
const IDENTIFIERS = ['mbox', 'mbox_sha1sum', 'openid', 'account', 'email', 'sourcedId']
const IDS = ['id', '@id', 'mbox', 'mbox_sha1sum', 'openid', 'user_id', 'userId', 'email', 'name']
// A text under one of these names is a person's id, whatever it looks like.
const PEOPLE = new Set(
  [
    ...['actor', 'user_id', 'userId', 'user', 'username', 'email', 'member', 'members', 'learner'],
    ...['learners', 'student', 'students', 'instructor', 'instructors', 'teacher', 'teachers'],
    ...['assignee', 'creator', 'creators', 'author', 'authors', 'owner', 'user_name', 'mbox'],
  ].map((name) => name.toLowerCase()),
)
// So is one under `student_name`, `teacherId` and their like.
const PERSONAL =
  /^(student|learner|teacher|instructor|user|author|member|person|pupil|parent|guardian)[_-]?(full|first|last|given|family)?[_-]?(name|id|email|mail)$/i
const MAIL = /(?:mailto:)?[^\s@"<>:/|?#]+@[^\s@"<>:/|?#]+\.[^\s@"<>:/|?#.]+/gi
// A name of two letters is in half of all words.
const SHORTEST_NAME = 3

/**
 * Makes what takes other people out of copies of a person's items: whoever is an object that says who somebody is,
 * texts where an id of a person stands, and, within all other texts, the ids and names that these had, and mail
 * addresses. What a person wrote about somebody under a name that stands nowhere else is not found.
 * @param actorIds the person's own
 */
export function createRedact(actorIds: readonly string[]): (raw: string) => Redacted | undefined {
  const own = new Set(actorIds.flatMap(spellingsOf).map(withLowerDomain))
  const isOwn = (id: unknown) => typeof id === 'string' && own.has(withLowerDomain(id))

  function isOwnPerson(node: Json): boolean {
    if (IDS.some((name) => isOwn(node[name]))) return true
    const account = node.account as Json | undefined
    if (typeof account !== 'object' || account === null) return false
    return isOwn(`${account.homePage}|${account.name}`)
  }

  return function redact(raw) {
    let document: unknown
    try {
      document = JSON.parse(raw)
    } catch {
      return undefined
    }
    const names = new Set<string>()
    let others = 0

    function withoutPeople(value: unknown, under: string): unknown {
      if (typeof value === 'string') {
        if (!isAboutPeople(under) || value === '' || isOwn(value)) return value
        others += 1
        names.add(value)
        return REDACTED
      }
      if (Array.isArray(value)) return value.map((one) => withoutPeople(one, under))
      if (typeof value !== 'object' || value === null) return value
      const node = value as Json
      if (isPerson(node, under) && !isOwnPerson(node)) {
        others += 1
        for (const text of textsIn(node)) names.add(text)
        const type = node.type ?? node['@type'] ?? node.objectType
        return { ...(typeof type === 'string' && { type }), redacted: REDACTED }
      }
      return mapped(node, withoutPeople)
    }

    function withoutMentions(value: unknown): unknown {
      if (typeof value === 'string') {
        const text = mentionless(value)
        if (text !== value) others += 1
        return text
      }
      if (Array.isArray(value)) return value.map(withoutMentions)
      if (typeof value !== 'object' || value === null) return value
      return mapped(value as Json, withoutMentions, mentionless)
    }

    const mentioned = () =>
      [...names]
        .filter((name) => name.length >= SHORTEST_NAME && !isOwn(name))
        .toSorted((a, b) => b.length - a.length)
    let sought: string[] = []
    function mentionless(text: string): string {
      let rest = text
      for (const name of sought) rest = rest.replaceAll(name, REDACTED)
      return rest.includes('@')
        ? rest.replace(MAIL, (found) => (isOwn(found) ? found : REDACTED))
        : rest
    }

    const first = withoutPeople(document, '')
    sought = mentioned()
    const second = withoutMentions(first)
    return { text: others === 0 ? raw : JSON.stringify(second), others }
  }
}

function isAboutPeople(name: string): boolean {
  return PEOPLE.has(name.toLowerCase()) || PERSONAL.test(name)
}

function isPerson(node: Json, under: string): boolean {
  if (IDENTIFIERS.some((name) => Object.hasOwn(node, name))) return true
  const type = node.type ?? node['@type'] ?? node.objectType
  if (typeof type === 'string') return /(^|[/#:])(person|agent|learner|user)$/i.test(type)
  return isAboutPeople(under) && IDS.some((name) => Object.hasOwn(node, name))
}

/** Lists ids and names of somebody, to be found elsewhere. */
function textsIn(node: Json): string[] {
  const account = (node.account ?? {}) as Json
  const { homePage, name } = account
  const texts = [...IDS.map((key) => node[key]), node.givenName, node.familyName, name]
  if (homePage !== undefined) texts.push(`${homePage}|${name}`)
  return texts.filter((text): text is string => typeof text === 'string' && text !== '')
}

/** Copies an object, `__proto__` as a property like others. */
function mapped(
  node: Json,
  change: (value: unknown, name: string) => unknown,
  rename: (name: string) => string = (name) => name,
): Json {
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [rename(name), change(value, name)]),
  )
}
