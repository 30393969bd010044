import { createFaults, type Faults, rosterError, unreadable } from './fault'
import { type ActorForm, actorIdsOf, type GroupForm, type UserIds, userIdsIn } from './ids'
import { type RosterFile, readManifest } from './manifest'
import { checkOrgs, type Org } from './orgs'
import { administersOf, enrolmentRoleOf, isKnownRole } from './role-words'
import type { Enrolment, Roster, SchoolClass, Term, User } from './roster'
import { type Row, readTable, type TableForm } from './table'
import { createWarnings } from './warnings'
import { entriesOf, type ZipEntry } from './zip'

export interface RosterForms {
  /** Left out, `sourcedId`, `identifier` and the user ids are all of a person. */
  actor?: ActorForm | undefined
  group: GroupForm
}

// A large university has 60,000 people, and some five enrolments of each; these take 300 MB of memory.
const MAX_BYTES = 256 * 1024 * 1024
const MAX = { orgs: 10_000, users: 150_000, roles: 300_000, classes: 30_000, enrollments: 400_000 }
// As long as an id may be in a document's key, and as those of events are.
const MAX_ID = 512

const forms: Record<RosterFile, TableForm> = {
  orgs: table('orgs', ['sourcedId', 'name'], ['status', 'parentSourcedId']),
  users: table(
    'users',
    ['sourcedId'],
    [
      ...['status', 'enabledUser', 'orgSourcedIds', 'role', 'username', 'userIds'],
      ...['identifier', 'email'],
    ],
  ),
  roles: table(
    'roles',
    ['userSourcedId', 'role', 'orgSourcedId'],
    ['status', 'beginDate', 'endDate'],
  ),
  classes: table('classes', ['sourcedId', 'title', 'schoolSourcedId'], ['status', 'classCode']),
  enrollments: table(
    'enrollments',
    ['classSourcedId', 'userSourcedId', 'role'],
    ['sourcedId', 'status', 'schoolSourcedId', 'beginDate', 'endDate'],
  ),
}

function table(name: RosterFile, required: string[], optional: string[]): TableForm {
  return { file: `${name}.csv`, required, optional, maxRows: MAX[name] }
}

/**
 * Reads a OneRoster ZIP (1.1 or 1.2, CSV binding, bulk), and checks that it fits together. What it has of
 * people beside their ids is passed over.
 * @throws {AppError} `invalid_request` with every fault, a hundred of them named; `too_large`
 */
export async function readRoster(
  bytes: Uint8Array,
  { actor, group }: RosterForms,
): Promise<Roster> {
  const faults = createFaults()
  const warnings = createWarnings()
  const room = { bytes: MAX_BYTES }
  const manifest = await readManifest(byName(bytes), { room, faults })
  if (!manifest.hasManifest) warnings.add('no_manifest', 'There is no manifest.csv')
  if (faults.total > 0) throw rosterError(faults)
  const { files, version } = manifest

  async function read(name: RosterFile, take: (row: Row, line: number) => void) {
    const entry = files.get(name)
    if (entry === undefined) return
    await readTable(entry, forms[name], { room, faults }, (row, line) => {
      // A bulk file has none of these, but some send them.
      if (row('status').toLowerCase() === 'tobedeleted') warnings.add('to_be_deleted', DELETED)
      else take(row, line)
    })
  }

  const checked = createChecks(faults)
  const orgs = new Map<string, Org>()
  await read('orgs', (row, line) => {
    const sourcedId = checked.own('orgs.csv', row('sourcedId'), line, orgs)
    if (sourcedId === undefined) return
    const [name, parent] = [flat(row('name').slice(0, MAX_ID)), flat(row('parentSourcedId'))]
    orgs.set(sourcedId, { sourcedId, line, name, parent })
  })
  checkOrgs(orgs, faults)

  type Told = UserIds & { isEnabled: boolean; administers: ({ org: string } & Term)[] }
  const told = new Map<string, Told>()
  await read('users', (row, line) => {
    const file = 'users.csv'
    const sourcedId = checked.own(file, row('sourcedId'), line, told)
    if (sourcedId === undefined) return
    const administers: { org: string }[] = []
    const role = row('role')
    if (role !== '') {
      if (!isKnownRole(role)) checked.unknownRole(file, line, role)
      for (const org of listOf(row('orgSourcedIds'))) {
        checked.known(file, line, 'orgSourcedIds', org, orgs)
        if (administersOf(role)) administers.push({ org })
      }
    }
    told.set(sourcedId, {
      ...{ sourcedId, line, identifier: flat(row('identifier')), username: flat(row('username')) },
      ...{ email: flat(row('email')), userIds: userIdsIn(flat(row('userIds'))), administers },
      isEnabled: row('enabledUser').toLowerCase() !== 'false',
    })
  })
  await read('roles', (row, line) => {
    const file = 'roles.csv'
    const [user, org, role] = [row('userSourcedId'), row('orgSourcedId'), row('role')]
    if (!isKnownRole(role)) checked.unknownRole(file, line, role)
    checked.known(file, line, 'orgSourcedId', org, orgs)
    if (!checked.known(file, line, 'userSourcedId', user, told)) return
    const term = checked.term(file, line, row)
    if (administersOf(role)) told.get(user)!.administers.push({ org, ...term })
  })

  const { ids, shared } = actorIdsOf([...told.values()], actor, faults)
  if (shared > 0) warnings.add('shared_id', SHARED, shared)
  const users = new Map<string, User>()
  for (const { sourcedId, line, isEnabled, administers } of told.values()) {
    const own = ids.get(sourcedId)!
    if (own.length === 0) warnings.add('no_actor_id', NO_ID)
    for (const id of own) checked.length('users.csv', line, id)
    users.set(sourcedId, { sourcedId, line, ids: own, isEnabled, administers })
  }
  told.clear()

  const classes = new Map<string, SchoolClass>()
  const byGroup = new Map<string, number>()
  await read('classes', (row, line) => {
    const file = 'classes.csv'
    const sourcedId = checked.own(file, row('sourcedId'), line, classes)
    if (sourcedId === undefined) return
    const org = row('schoolSourcedId')
    checked.known(file, line, 'schoolSourcedId', org, orgs)
    const value = row(group.field)
    const groupId = flat(`${group.before}${value}${group.after}`)
    if (value === '') warnings.add('no_group_id', NO_GROUP)
    const other = value === '' ? undefined : byGroup.get(groupId)
    if (other !== undefined) {
      const message = `${JSON.stringify(groupId)} is the id of two classes: this one and that of line ${other}`
      faults.add({ ...{ file, line, column: group.field }, message, code: 'ambiguous_id' })
    }
    checked.length(file, line, groupId)
    byGroup.set(groupId, line)
    const title = flat(row('title').slice(0, MAX_ID))
    classes.set(sourcedId, { groupId: value === '' ? '' : groupId, title, org, enrolments: [] })
  })

  let enrolments = 0
  const seen = new Map<string, undefined>()
  await read('enrollments', (row, line) => {
    const file = 'enrollments.csv'
    const own = row('sourcedId')
    if (own !== '') {
      const sourcedId = checked.own(file, own, line, seen)
      if (sourcedId === undefined) return
      seen.set(sourcedId, undefined)
    }
    const role = row('role')
    if (!isKnownRole(role)) checked.unknownRole(file, line, role)
    const school = row('schoolSourcedId')
    if (school !== '') checked.known(file, line, 'schoolSourcedId', school, orgs)
    const isClass = checked.known(file, line, 'classSourcedId', row('classSourcedId'), classes)
    const isUser = checked.known(file, line, 'userSourcedId', row('userSourcedId'), users)
    const term = checked.term(file, line, row)
    if (!isClass || !isUser) return
    const user = users.get(row('userSourcedId'))!
    const enrolment: Enrolment = { user, role: enrolmentRoleOf(role), ...term }
    classes.get(row('classSourcedId'))!.enrolments.push(enrolment)
    enrolments += 1
  })
  if (faults.total > 0) throw rosterError(faults)
  return { version, orgs, users, classes, enrolments, warnings: warnings.list() }
}

const DELETED = 'Rows that are to be deleted were passed over'
const SHARED = 'Identifiers that several people have are nobody’s: choose one by actorId'
const NO_ID = 'People have nothing in the column that actorId names, and are passed over'
const NO_GROUP = 'Classes have nothing in the column that groupId names, and are passed over'

function byName(bytes: Uint8Array): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  for (const entry of entriesOf(bytes)) {
    // macOS puts copies of attributes beside the files.
    if (entry.path.startsWith('__MACOSX/')) continue
    if (entries.has(entry.name)) {
      throw unreadable([entry.path], `${entry.name} is in it twice`, 'duplicate_file')
    }
    entries.set(entry.name, entry)
  }
  return entries
}

/** Copies a text: a part of one keeps all of it in memory, here a whole file. */
function flat(text: string): string {
  return Buffer.from(text).toString()
}

function listOf(cell: string): string[] {
  return cell
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

function createChecks(faults: Faults) {
  return {
    /** @returns undefined where the id is missing or taken */
    own(file: string, id: string, line: number, taken: ReadonlyMap<string, unknown>) {
      const column = 'sourcedId'
      if (id === '') {
        faults.add({ file, line, column, message: 'Required', code: 'required' })
        return undefined
      }
      if (taken.has(id)) {
        const message = `${JSON.stringify(id)} stands in the file twice`
        faults.add({ file, line, column, message, code: 'duplicate' })
        return undefined
      }
      return this.length(file, line, id) ? flat(id) : undefined
    },
    known(
      file: string,
      line: number,
      column: string,
      id: string,
      all: ReadonlyMap<string, unknown>,
    ): boolean {
      if (all.has(id)) return true
      const kind = column.startsWith('user') ? 'user' : column.startsWith('class') ? 'class' : 'org'
      const what = kind === 'org' ? 'organisation' : kind
      const message = id === '' ? 'Required' : `There is no ${what} ${JSON.stringify(id)}`
      faults.add({ file, line, column, message, code: id === '' ? 'required' : `unknown_${kind}` })
      return false
    },
    unknownRole(file: string, line: number, role: string) {
      const message = role === '' ? 'Required' : `${JSON.stringify(role)} is no role of OneRoster`
      const code = role === '' ? 'required' : 'unknown_role'
      faults.add({ file, line, column: 'role', message, code })
    },
    length(file: string, line: number, id: string): boolean {
      if (id.length <= MAX_ID) return true
      const message = `An id has ${id.length} characters, and may have ${MAX_ID}`
      faults.add({ file, line, message, code: 'too_long' })
      return false
    },
    term(file: string, line: number, row: Row): Term {
      const term: Term = {}
      for (const [column, side] of [['beginDate', 'from'] as const, ['endDate', 'to'] as const]) {
        const date = row(column)
        if (date === '') continue
        if (DATE.test(date) && !Number.isNaN(Date.parse(date))) term[side] = flat(date)
        else {
          const message = `${JSON.stringify(date)} is no date, YYYY-MM-DD`
          faults.add({ file, line, column, message, code: 'invalid_date' })
        }
      }
      if (term.from !== undefined && term.to !== undefined && term.from > term.to) {
        const message = `It ends on ${term.to}, before it begins`
        faults.add({ file, line, column: 'endDate', message, code: 'ends_before_begin' })
      }
      return term
    },
  }
}
