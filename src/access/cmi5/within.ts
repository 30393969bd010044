import { AppError } from '../../error/app-error'
import type { Cmi5Session, Principal } from '../../identity/principal'

type Asked = { [Name in keyof Cmi5Session]?: string | undefined }
type Holder = Pick<Principal, 'session'>

/** The state document that tells a course how it was launched (cmi5, 10.0). */
export const LAUNCH_DATA = 'LMS.LaunchData'

const names: Record<keyof Cmi5Session, string> = {
  registration: 'registration',
  agent: 'agent',
  activityId: 'activityId',
}

/**
 * Holds a session to its registration, its learner and its activity: what a request names of them has
 * to be the session's own, a member without a value included.
 * @throws {AppError} `forbidden`; never for anybody who is no session
 */
export function requireWithin({ session }: Holder, asked: Asked): void {
  if (session === undefined) return
  for (const name of Object.keys(asked) as (keyof Cmi5Session)[]) {
    if (asked[name] === session[name]) continue
    const rule = `must be that of this session, which is ${session[name]}`
    throw outside(`${names[name]} ${rule}`, [names[name]])
  }
}

/**
 * A course must not change how it was launched (cmi5, 10.0, contextTemplate).
 * @param stateId undefined for all states at once, that one among them
 * @throws {AppError} `forbidden` to a session
 */
export function requireWritable({ session }: Holder, stateId: string | undefined): void {
  if (session === undefined || (stateId !== undefined && stateId !== LAUNCH_DATA)) return
  const rule = `must be named and not be ${LAUNCH_DATA}, which a course may only read`
  throw outside(`stateId ${rule}`, ['stateId'])
}

const VOIDED = 'http://adlnet.gov/expapi/verbs/voided'

/**
 * Looks at a statement that a session sends: it has to be of its registration, and takes nothing back
 * that somebody else said.
 * @throws {AppError} `forbidden`
 */
export function requireStatementWithin(holder: Holder, text: string, index: number): void {
  if (holder.session === undefined) return
  const { context, verb } = JSON.parse(text) as Record<string, Record<string, unknown> | undefined>
  const registration = context?.registration
  const { registration: own } = holder.session
  if (typeof registration !== 'string' || registration.toLowerCase() !== own) {
    throw outside(`context.registration must be that of this session, which is ${own}`, [
      index,
      'context',
      'registration',
    ])
  }
  if (verb?.id === VOIDED)
    throw outside('a session may not void a statement', [index, 'verb', 'id'])
}

function outside(rule: string, path: (string | number)[]): AppError {
  return new AppError('forbidden', `This credential is of one session of cmi5: ${rule}.`, {
    errors: [{ path, message: rule, code: 'outside_session' }],
  })
}
