import { AppError } from '../../error/app-error'
import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'

/** Runs a test of a webhook. @throws {AppError} `rate_limited` while there is another */
export type OneTest = <T>(tenantId: string, webhookId: string, run: () => Promise<T>) => Promise<T>

// An attempt has 15 s; a process that dies in one holds up the next for a little longer.
const LEASE_MS = 20_000
// A person presses the button again a second later.
const PAUSE_MS = 1000
// Each may hold a connection for the whole time-out.
const MOST_OF_A_TENANT = 4
const MOST = 32

/**
 * Lets one test of a webhook run at a time, whichever process was asked, and few of a tenant: nobody is
 * to be called in a storm.
 */
export function createOneTest(documents: Pick<DocumentStore, 'put'>, clock: Clock): OneTest {
  const underWay = new Map<string, number>()
  let all = 0

  function count(tenantId: string, by: 1 | -1) {
    all += by
    const left = (underWay.get(tenantId) ?? 0) + by
    if (left === 0) underWay.delete(tenantId)
    else underWay.set(tenantId, left)
  }

  function leaseFor(ms: number) {
    const expiresAt = new Date(clock.now().getTime() + ms).toISOString()
    return { bytes: new Uint8Array(), contentType: 'text/plain', expiresAt }
  }

  return async function oneTest(tenantId, webhookId, run) {
    const own = underWay.get(tenantId) ?? 0
    if (own >= MOST_OF_A_TENANT || all >= MOST) {
      throw tooMany('Other tests are under way; go on when they have ended.')
    }
    count(tenantId, 1)
    try {
      const key = ['webhook-tests', webhookId]
      const lease = leaseFor(LEASE_MS)
      const { kind } = await documents.put(tenantId, key, lease, { ifNoneMatch: '*' })
      if (kind === 'mismatch')
        throw tooMany('One test of a webhook at a time, and one in a second.')
      try {
        return await run()
      } finally {
        await documents.put(tenantId, key, leaseFor(PAUSE_MS))
      }
    } finally {
      count(tenantId, -1)
    }
  }
}

function tooMany(detail: string): AppError {
  return new AppError('rate_limited', detail, { retryAfter: 1 })
}
