import type { EnrolmentRole } from './roster'

/*
 * The words of OneRoster 1.1 (RoleType of users and enrolments) and 1.2 (RoleEnum, EnrolRoleEnum), compared
 * without their case, which senders do not keep. `ext:` begins one of a sender's own.
 */
const administrators = [
  'administrator',
  'districtAdministrator',
  'siteAdministrator',
  'systemAdministrator',
  'principal',
]
const others = ['aide', 'counselor', 'guardian', 'parent', 'proctor', 'relative']
const EXTENSION = 'ext:'

const lower = (words: readonly string[]) => new Set(words.map((word) => word.toLowerCase()))
const administering = lower(administrators)
const known = lower([...administrators, ...others, 'student', 'teacher'])

export function isKnownRole(role: string): boolean {
  return known.has(role.toLowerCase()) || role.toLowerCase().startsWith(EXTENSION)
}

/** Tells whether whoever has this role administers the organisation that it is had in. */
export function administersOf(role: string): boolean {
  return administering.has(role.toLowerCase())
}

/** Whoever is neither a teacher, a student nor an administrator of a class sees nothing of it. */
export function enrolmentRoleOf(role: string): EnrolmentRole {
  const word = role.toLowerCase()
  if (word === 'student' || word === 'teacher') return word
  return administering.has(word) ? 'administrator' : 'other'
}
