import { MAX_ID_LENGTH } from '../../event/limits'
import { type Role, roles } from '../../identity/role'
import type { ApiKey } from '../../platform/registry/keys'

type Asked = Pick<ApiKey, 'role' | 'actorId' | 'isAggregateOnly'>

export interface RoleFault {
  /** A member of the key, or one of the others. */
  of: string
  message: string
}

/** Whoever has one of these is somebody in particular: what they see follows from who they are. */
const personal: readonly Role[] = ['teacher-admin', 'teacher', 'student']

// Half a surrogate, or a character that no system writes into an id, would be in events of nobody.
const ODD = /\p{Cc}|\p{Cs}/u

/**
 * Tells everything that a key with a role, or one that names a person, may not be.
 * @param others what else was asked of it, by name, such as scopes: a role alone says what its key does
 */
export function faultsOfRoleKey(
  { role, actorId, isAggregateOnly }: Asked,
  others: Readonly<Record<string, unknown>>,
): RoleFault[] {
  const faults: RoleFault[] = []
  const fault = (of: string, message: string) => void faults.push({ of, message })
  if (role === undefined) {
    if (actorId !== undefined) fault('actorId', 'Must be left out without a role')
    if (isAggregateOnly) fault('isAggregateOnly', 'Must be left out without a role')
    return faults
  }
  for (const [of, value] of Object.entries(others)) {
    if (value === undefined || value === false) continue
    fault(of, 'Must be left out with a role: its key reads as the role says, and nothing else')
  }
  if (actorId === undefined && personal.includes(role)) {
    fault('actorId', `Must name whose key it is, as events do, with the role ${role}`)
  }
  if (actorId !== undefined && role === 'system') {
    fault('actorId', 'Must be left out with the role system, which is of no organisation')
  }
  if (actorId !== undefined && (actorId.length > MAX_ID_LENGTH || ODD.test(actorId))) {
    const message = `Must have at most ${MAX_ID_LENGTH} characters, and no control characters`
    fault('actorId', message)
  }
  if (isAggregateOnly && role === 'student') {
    fault('isAggregateOnly', 'Must be left out with the role student: one person is no group')
  }
  return faults
}

/** Takes a text for a role. @returns undefined for any other */
export function roleNamed(text: string): Role | undefined {
  return roles.find((role) => role === text)
}
