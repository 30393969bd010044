import { toUtcMillis } from '../../../syntax/timestamp'
import { textOf } from '../gate'
import type {
  Dialect,
  DialectField,
  EventRow,
  Members,
  NativeMember,
  Paths,
  Viewed,
} from './dialect'

type Read = (value: unknown) => unknown

/** A value counts for a field where this makes something of it. */
const reads: Record<DialectField, Read> = {
  actorId: idOf,
  memberId: idOf,
  membershipRoles: rolesOf,
  objectId: idOf,
  objectType: textIn,
  objectName: textIn,
  targetId: idOf,
  generatedId: idOf,
  groupId: idOf,
  courseId: idOf,
  courseName: textIn,
  attemptId: idOf,
  assignableId: idOf,
  score: numberIn,
  maxScore: (value) => (Number(numberIn(value)) > 0 ? value : undefined),
  success: (value) => (typeof value === 'boolean' ? value : undefined),
  completion: (value) => (typeof value === 'boolean' ? value : undefined),
  durationMs: numberIn,
  sendTime: (value) => (typeof value === 'string' ? toUtcMillis(value) : undefined),
}

// An id that is longer than any record has is none here; it stays in `raw`.
const MAX_LENGTH = 2048

/** Views an item of a dialect as a native event, by the tables of the dialect. */
export function look(dialect: Dialect, sent: Members, context: Record<string, string>): Viewed {
  const item = dialect.prepare?.(sent, context) ?? sent
  const members: Members = {}
  for (const name in dialect.members) {
    const value = firstOf(item, dialect.members[name as NativeMember]!, present)
    if (value !== undefined) members[name] = value
  }
  const { event_type: type } = members
  const row = typeof type === 'string' ? dialect.rowOf?.(type, item) : undefined
  const fields: Record<string, unknown> = {}
  fill(fields, item, row?.fields)
  fill(fields, item, dialect.fields)
  const objectType = typeIn(row, item)
  if (objectType !== undefined) fields.objectType ??= objectType
  if (row?.action !== undefined) fields.commonAction = row.action
  nameRoles(fields, members, { dialect, row })
  const otherwise = {}
  fill(otherwise, item, dialect.otherwise)
  return { members, fields, otherwise }
}

/** Says where a dialect has a member of native events, for the path of an issue. */
export function sentAs(
  dialect: Dialect,
  item: Members,
  { name, context }: { name: string; context: Record<string, string> },
): string[] | undefined {
  const paths = dialect.members[name as NativeMember]
  if (paths === undefined) return undefined
  const split = pathsIn(paths)
  const found = split.find((path) => present(at(item, path)) !== undefined)
  if (found !== undefined) return found
  if (name !== 'event_type' || dialect.lacking === undefined) return split[0]
  return [dialect.lacking(dialect.prepare?.(item, context) ?? item)]
}

function fill(fields: Record<string, unknown>, item: Members, rows: EventRow['fields']): void {
  if (rows === undefined) return
  for (const name in rows) {
    if (fields[name] !== undefined) continue
    const value = firstOf(item, rows[name as DialectField]!, reads[name as DialectField])
    if (value !== undefined) fields[name] = value
  }
}

function typeIn(row: EventRow | undefined, item: Members): string | undefined {
  if (row?.objectTypes === undefined) return row?.objectType
  const { by, types } = row.objectTypes
  const named = firstOf(item, by, textIn)
  const known = typeof named === 'string' && Object.hasOwn(types, named) ? types[named] : undefined
  return known ?? row.objectType
}

/** Roles are those of the person who acts, unless a row says whose they are. */
function nameRoles(
  fields: Record<string, unknown>,
  members: Members,
  { dialect: { roles = {} }, row }: { dialect: Dialect; row: EventRow | undefined },
): void {
  if (row?.memberRoles !== undefined) {
    fields.membershipRoles = fields.memberId === undefined ? undefined : [...row.memberRoles]
    return
  }
  const { membershipRoles } = fields
  if (!Array.isArray(membershipRoles)) return
  fields.membershipRoles = membershipRoles.map((role) =>
    Object.hasOwn(roles, role) ? roles[role] : role,
  )
  fields.memberId ??= fields.actorId ?? textOf(members.user_id)
}

/** Paths are split once: the tables are constant. */
const splitPaths = new Map<Paths, string[][]>()

function pathsIn(paths: Paths): string[][] {
  let split = splitPaths.get(paths)
  if (split === undefined) {
    split = paths
      .trim()
      .split(/\s+/)
      .map((path) => path.split('.'))
    splitPaths.set(paths, split)
  }
  return split
}

function firstOf(item: Members, paths: Paths, read: Read): unknown {
  for (const path of pathsIn(paths)) {
    const value = read(at(item, path))
    if (value !== undefined) return value
  }
  return undefined
}

function at(item: Members, path: readonly string[]): unknown {
  let value: unknown = item
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Members)[name]
  }
  return value
}

function present(value: unknown): unknown {
  return value === null || value === '' ? undefined : value
}

function idOf(value: unknown): string | undefined {
  const text = textOf(value)
  return text !== undefined && text.length <= MAX_LENGTH ? text : undefined
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function rolesOf(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value : [value]
  const roles = list.filter((role): role is string => textIn(role) !== undefined)
  return roles.length === 0 ? undefined : roles
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
