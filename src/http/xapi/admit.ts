import { readAuthorization } from '../../access/basic'
import type { Sessions } from '../../access/cmi5/sessions'
import { SESSION_USER } from '../../access/cmi5/within'
import { sameHash } from '../../access/keys/key'
import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import { allows, scopesFor, type XapiRight } from '../../identity/xapi-rights'
import type { AppContext, AppDeps } from '../context'
import { inHeader } from '../credentials'

export type { XapiRight }

/**
 * Lets in whoever has one of these rights.
 * @throws {AppError} `unauthenticated`, `forbidden`
 */
export type AdmitXapi = (
  c: AppContext,
  ...rights: [XapiRight, ...XapiRight[]]
) => Promise<Principal>

const MISSING = 'Send `Authorization: Basic …` with KEY and SECRET of `nonius keys create --xapi`.'
const UNKNOWN = 'This key is not known here, was revoked, or does not belong to its user.'

/**
 * Admits to the addresses of xAPI, by Basic as its tools have it, or by whatever is taken elsewhere.
 * @param deps the platform is looked at by the first request, not before
 */
export function admitXapiWith({ platform, options }: Pick<AppDeps, 'platform' | 'options'>) {
  let sessions: Sessions | undefined

  async function recognise(c: AppContext): Promise<Principal | undefined> {
    const header = inHeader.read(c)
    if (header === undefined) {
      const { anonymous } = c.var
      if (anonymous !== undefined) return anonymous()
      throw new AppError('unauthenticated', MISSING)
    }
    const shown = readAuthorization(header)
    if ('credential' in shown) return c.var.authenticate(shown.credential)
    if (shown.user === SESSION_USER) {
      const { createSessions } = await import('../../access/cmi5/sessions')
      sessions ??= createSessions({ ...platform, clock: options.clock })
      const principal = await sessions.find(shown)
      if (principal !== undefined) {
        c.set('tenantId', principal.tenantId)
        c.set('sender', principal)
      }
      return principal
    }
    const principal = await c.var.authenticate(shown.password)
    // The password alone is beyond guessing. A tool with one field for both sends no user.
    const isTheirs = shown.user === '' || sameHash(shown.user, principal?.keyId ?? '')
    return isTheirs ? principal : undefined
  }

  return async function admit(c, ...rights) {
    const principal = await recognise(c)
    if (principal === undefined) throw new AppError('unauthenticated', UNKNOWN)
    if (rights.some((right) => allows(principal, right))) return principal
    if (principal.session !== undefined) {
      throw new AppError(
        'forbidden',
        'This credential is of one session of cmi5: it may not do this.',
      )
    }
    const scopes = [...new Set(rights.flatMap(scopesFor))].join(', ')
    throw new AppError('forbidden', `This key has none of the scopes that allow this: ${scopes}.`)
  } satisfies AdmitXapi as AdmitXapi
}
