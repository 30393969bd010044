import type { Org } from './orgs'

export const rosterVersions = ['1.1', '1.2'] as const
export type RosterVersion = (typeof rosterVersions)[number]

/** A term is the days from `from` on, before `to`: ISO 8601 dates. Either may be left out. */
export interface Term {
  from?: string | undefined
  to?: string | undefined
}

export interface User {
  sourcedId: string
  line: number
  /** The ids by which events name them; the first is the one to show. */
  ids: readonly string[]
  /** If false, they may see nothing. */
  isEnabled: boolean
  /** The organisations that they administer. */
  administers: readonly ({ org: string } & Term)[]
}

export interface Enrolment extends Term {
  user: User
  role: EnrolmentRole
}

export const enrolmentRoles = ['student', 'teacher', 'administrator', 'other'] as const
export type EnrolmentRole = (typeof enrolmentRoles)[number]

export interface SchoolClass {
  /** The id by which events name it. */
  groupId: string
  title: string
  /** The id of its school. */
  org: string
  enrolments: Enrolment[]
}

/** A roster is who teaches and learns what, and who administers which organisation. It was checked. */
export interface Roster {
  version: RosterVersion
  orgs: ReadonlyMap<string, Org>
  users: ReadonlyMap<string, User>
  classes: ReadonlyMap<string, SchoolClass>
  enrolments: number
  /** These are told of, and cost nothing. */
  warnings: Warning[]
}

export interface Warning {
  code: string
  message: string
  count: number
}
