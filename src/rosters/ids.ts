import { AppError } from '../error/app-error'
import { comparableId } from '../event/person-id'
import type { Faults } from './fault'

/** These columns of a user may be the id by which events name them. */
export const actorFields = ['sourcedId', 'identifier', 'username', 'email', 'userId'] as const
/** These columns of a class may be the id by which events name it. */
export const groupFields = ['sourcedId', 'classCode'] as const

/** A form makes an id of one column: what stands before it, and behind. */
export interface IdForm<Field extends string> {
  field: Field
  before: string
  after: string
}

export type ActorForm = IdForm<(typeof actorFields)[number]>
export type GroupForm = IdForm<(typeof groupFields)[number]>

/**
 * Reads a form: the name of a column, or a text with one in braces,
 * `https://example.edu/users/{sourcedId}`.
 * @param name of the parameter, for the error
 * @throws {AppError} `invalid_request`
 */
export function idForm<Field extends string>(
  name: string,
  text: string,
  fields: readonly Field[],
): IdForm<Field> {
  const whole = fields.find((one) => one === text)
  if (whole !== undefined) return { field: whole, before: '', after: '' }
  const [before = '', named, after = '', ...more] = text.split(/\{([^{}]*)\}/)
  const field = fields.find((one) => one === named)
  if (field !== undefined && more.length === 0) return { field, before, after }
  const message = `Must be one of ${fields.join(', ')}, or a text with one of them in braces`
  throw new AppError('invalid_request', `${name}: ${message}.`, {
    errors: [{ path: ['query', name], message, code: 'invalid_id_form' }],
  })
}

/** Writes a form as it is read. */
export function formText<Field extends string>({ field, before, after }: IdForm<Field>): string {
  return before === '' && after === '' ? field : `${before}{${field}}${after}`
}

/** A row of a user says this of their ids. */
export interface UserIds {
  sourcedId: string
  line: number
  identifier: string
  username: string
  email: string
  userIds: readonly string[]
}

const USER_ID = /\{([^{}]*)\}/g

/** Reads `{LDAP:ada},{Fed:31}`: the ids without their types. Some leave out the braces, or the types. */
export function userIdsIn(cell: string): string[] {
  if (cell === '') return []
  const found = [...cell.matchAll(USER_ID)].map(([, inside = '']) => inside)
  const all = found.length > 0 ? found : cell.split(',')
  const ids = all.map((one) => one.slice(one.indexOf(':') + 1).trim())
  return ids.filter((id) => id !== '')
}

/**
 * Finds by which ids events name each user.
 *
 * By a form, there is that id, and two people with one are a fault. Without one, all of `sourcedId`,
 * `identifier` and the user ids are theirs; what two people have is nobody's but that of whose `sourcedId`
 * it is, and is counted as shared.
 * @returns ids by `sourcedId`, the first of which is the one to name the user by; none where there is none
 */
export function actorIdsOf(
  users: readonly UserIds[],
  form: ActorForm | undefined,
  faults: Faults,
): { ids: Map<string, string[]>; shared: number } {
  const ids = new Map<string, string[]>()
  const owners = new Map<string, UserIds>()
  const shared = new Set<string>()
  for (const user of users) {
    for (const id of form === undefined ? [user.sourcedId] : byForm(user, form)) {
      const owner = owners.get(comparableId(id))
      if (owner === undefined) owners.set(comparableId(id), user)
      else if (owner !== user) {
        const message = `${JSON.stringify(id)} is the id of two people: this one and that of line ${owner.line}`
        faults.add({ ...{ file: 'users.csv', line: user.line }, message, code: 'ambiguous_id' })
      }
    }
  }
  if (form !== undefined) {
    for (const user of users) ids.set(user.sourcedId, byForm(user, form))
    return { ids, shared: 0 }
  }
  const others = (user: UserIds) => [user.identifier, ...user.userIds].filter((id) => id !== '')
  const bySourcedId = new Map(owners)
  for (const user of users) {
    for (const id of others(user)) {
      const key = comparableId(id)
      const owner = owners.get(key)
      if (owner === undefined) owners.set(key, user)
      else if (owner !== user && !bySourcedId.has(key)) shared.add(key)
    }
  }
  let notTheirs = 0
  for (const user of users) {
    const own = others(user).filter((id) => {
      const key = comparableId(id)
      const isTheirs = owners.get(key) === user && !shared.has(key)
      if (!isTheirs) notTheirs += 1
      return isTheirs
    })
    ids.set(user.sourcedId, [...new Set([user.sourcedId, ...own])])
  }
  return { ids, shared: notTheirs }
}

function byForm(user: UserIds, { field, before, after }: ActorForm): string[] {
  const values = field === 'userId' ? user.userIds : [user[field]]
  return [...new Set(values.filter((one) => one !== '').map((one) => `${before}${one}${after}`))]
}
