import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { Next } from 'hono'
import type { Authenticate } from '../access/credentials'
import { keyHint } from '../access/keys/key'
import { readShown } from '../access/shown'
import { looksLikeToken } from '../access/tokens/token-form'
import type { Config } from '../config/config'
import { AppError } from '../error/app-error'
import type { Principal } from '../identity/principal'
import type { Budget } from '../memory/budget'
import type { Watch } from '../watch/watch'
import type { AppContext } from './context'
import { inHeader } from './credentials'
import type { RateLimit } from './rate-limit'
import { setSecurityHeaders } from './security-headers'

// Such a name may be repeated in a log line and a header. A longer one is somebody's payload.
const SAFE = /^[A-Za-z0-9._-]{1,128}$/

// By this header somebody says why they read.
const REASON_HEADER = 'X-Nonius-Reason'

// Amazon Data Firehose names its requests so, and wants the name repeated.
const FIREHOSE_ID = 'X-Amz-Firehose-Request-Id'

interface Needs {
  authenticate: Authenticate
  budget: Budget | undefined
  watch: Pick<Watch, 'recognised'>
  config: Pick<Config, 'requireAuth' | 'corsOrigins'>
  /** Left out, nothing is limited. */
  limit?: RateLimit | undefined
}

/**
 * Names each request, by the sender's own name for it when that is safe to repeat, remembers whose it
 * is, and gives back what memory it took.
 */
export function requestContext({ authenticate, budget, watch, config, limit }: Needs) {
  async function letIn(c: AppContext, known: Principal): Promise<Principal> {
    const reason = reasonIn(c)
    const principal = reason === undefined ? known : { ...known, reason }
    const { tenantId, sourceId, keyId, origins } = principal
    c.set('tenantId', tenantId)
    c.set('sender', { tenantId, sourceId, keyId })
    if (origins !== undefined) await holdToPages(c, origins)
    watch.recognised(principal)
    await limit?.known(c, principal)
    return principal
  }

  /** Whoever found a key for pages elsewhere is a stranger, and takes nothing of what its pages have. */
  async function holdToPages(c: AppContext, origins: readonly string[]) {
    const { whyNotOf } = await import('./bound-origin')
    const refusal = whyNotOf(c.req.header('Origin'), origins)
    if (refusal === undefined) return
    limit?.stranger(c)
    throw refusal
  }

  return async function nameRequest(c: AppContext, next: Next) {
    const sent = c.req.header(FIREHOSE_ID) ?? c.req.header('X-Request-Id')
    const id = sent !== undefined && SAFE.test(sent) ? sent : randomUUID()
    c.set('requestId', id)
    c.set('budget', budget)
    c.set('authenticate', async (credential) => {
      let principal: Principal | undefined
      try {
        principal = await authenticate(credential)
      } finally {
        // Whoever is known is named by the id of the key; nothing of a good one is said.
        c.set('keyPrefix', principal === undefined ? prefixOf(credential) : undefined)
      }
      if (principal !== undefined) return letIn(c, principal)
      c.get('unknown')()
      return undefined
    })
    c.set('unknown', () => limit?.unknown(c))
    c.set('largeDocument', async () => {
      const shown = inHeader.read(c)
      const isKnown = shown !== undefined && (await c.var.authenticate(shown)) !== undefined
      if (!isKnown) limit?.document(c)
    })
    if (!config.requireAuth) {
      c.set('anonymous', async () => {
        const { admitAnonymous } = await import('./anonymous')
        return letIn(c, admitAnonymous(c, config))
      })
    }
    c.header('X-Request-Id', id)
    setSecurityHeaders(c)
    limit?.open(c)
    await next()
    limit?.after(c)
    // Also after a failure: what was thrown is an answer by now.
    c.get('lease')?.release()
  }
}

// Two or three sentences.
const MAX_REASON = 500

/**
 * Reads why somebody reads, for the record of disclosures. A header has bytes, and those are UTF-8 if they
 * can be.
 * @throws {AppError} `invalid_request`
 */
function reasonIn(c: AppContext): string | undefined {
  const sent = c.req.header(REASON_HEADER)?.trim()
  if (!sent) return undefined
  const bytes = Buffer.from(sent, 'latin1')
  const isBytes = bytes.toString('latin1') === sent
  const reason = isBytes && isUtf8(bytes) ? bytes.toString() : sent
  if (reason.length <= MAX_REASON) return reason.toWellFormed()
  const message = `Must have at most ${MAX_REASON} characters; has ${reason.length}`
  const errors = [{ path: [REASON_HEADER], message, code: 'too_big' }]
  throw new AppError('invalid_request', `${REASON_HEADER}: ${message}.`, { errors })
}

/**
 * Returns how a key begins, in whichever way it is shown; nothing of a token, all of which begin alike,
 * nor of what is not shown as it should be.
 */
function prefixOf(shown: string): string | undefined {
  try {
    const key = readShown(shown)
    return looksLikeToken(key) ? undefined : keyHint(key)
  } catch {
    return undefined
  }
}
