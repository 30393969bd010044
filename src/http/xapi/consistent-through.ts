import type { Next } from 'hono'
import { createMemory } from '../../access/keys/remember'
import type { AppContext, AppDeps } from '../context'
import { z } from '../zod'

export const CONSISTENT_THROUGH = 'X-Experience-API-Consistent-Through'

/** Every reply of the statements resource has it, refusals included (1.0.3, Communication, 2.1.3). */
export const consistentThroughHeader = {
  [CONSISTENT_THROUGH]: z.string().openapi({
    description: 'Every statement stored before this time can be found',
    format: 'date-time',
  }),
}

// A time that has been true stays true: whoever sends statements does not wait for a newer one.
const REMEMBERED_MS = 1000
const MAX_TENANTS = 1000
const MAX_BYTES = 256 * 1024

// This alone is true for a caller who is not known, and where no statement can be found.
const NOTHING_YET = new Date(0).toISOString()

/** Sets the header where a handler, which has read a page, has not. */
export function consistentThroughWith({
  platform,
  options,
}: Pick<AppDeps, 'platform' | 'options'>) {
  const { clock } = options
  const limits = { forMs: REMEMBERED_MS, maxEntries: MAX_TENANTS, maxBytes: MAX_BYTES }
  const known = createMemory<string>({ clock, ...limits })

  async function timeFor(tenantId: string, mayBeOld: boolean): Promise<string> {
    const remembered = mayBeOld ? known.get(tenantId)?.value : undefined
    if (remembered !== undefined) return remembered
    const time = await platform.statements.consistentThrough(tenantId)
    known.set(tenantId, time)
    return time
  }

  return async function tellConsistentThrough(c: AppContext, next: Next) {
    await next()
    if (c.res.headers.has(CONSISTENT_THROUGH)) return
    const { tenantId } = c.var
    const isWriting = c.req.method === 'POST' || c.req.method === 'PUT'
    // A store that cannot answer has failed the request already, or its answer stands without it.
    const asked = tenantId === undefined ? undefined : timeFor(tenantId, isWriting).catch(() => {})
    c.header(CONSISTENT_THROUGH, (await asked) ?? NOTHING_YET)
  }
}
