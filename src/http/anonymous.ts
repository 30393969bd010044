import { usualScopes } from '../access/keys/key'
import type { Config } from '../config/config'
import { AppError } from '../error/app-error'
import { show } from '../error/shown-value'
import type { Principal } from '../identity/principal'
import { readOrigin } from '../syntax/origin'
import type { AppContext } from './context'

/** Whoever shows no key is this, where none is required. */
const anonymous: Principal = {
  tenantId: 'default',
  sourceId: 'anonymous',
  keyId: 'anonymous',
  scopes: [...usualScopes, 'quarantine:write', 'metrics:read', 'admin'],
}

const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i
// These are added on the way by whoever passes on requests of others.
const ofProxies = ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Via']

/**
 * Lets in somebody without a key (`NONIUS_REQUIRE_AUTH=0`). The server listens on this machine's own
 * address; a page of a stranger in a browser here reaches that as well, and so does a proxy.
 * @throws {AppError} `unauthenticated`
 */
export function admitAnonymous(
  c: AppContext,
  { corsOrigins }: Pick<Config, 'corsOrigins'>,
): Principal {
  const host = c.req.header('Host')
  // A name that leads to 127.0.0.1 makes a stranger's page one of ours (DNS rebinding).
  if (host !== undefined && !LOCAL.test(host)) throw refused(`asked for the host ${show(host)}`)
  const header = ofProxies.find((name) => c.req.header(name) !== undefined)
  if (header !== undefined) throw refused(`came by a proxy, which says ${header}`)
  const page = c.req.header('Origin')
  if (page !== undefined && !isOurs(page, corsOrigins)) {
    throw refused(`is of a page of ${show(page)}`)
  }
  // A page that only embeds an address, or links to it, names no origin.
  const site = c.req.header('Sec-Fetch-Site')
  if (page === undefined && (site === 'cross-site' || site === 'same-site')) {
    throw refused('is of a page of another site')
  }
  return anonymous
}

function isOurs(page: string, corsOrigins: Config['corsOrigins']): boolean {
  const origin = readOrigin(page)
  if (origin === undefined) return false
  return LOCAL.test(new URL(origin).host) || (corsOrigins !== '*' && corsOrigins.includes(origin))
}

function refused(why: string): AppError {
  const rule = 'Without a key, only programs and pages of this machine are let in'
  return new AppError('unauthenticated', `${rule}; this request ${why}. Send a key.`)
}
