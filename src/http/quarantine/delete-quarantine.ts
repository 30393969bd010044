import { setImmediate as rest } from 'node:timers/promises'
import { reachOf } from '../../identity/reach'
import { keyWith } from '../admit'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { withinReach } from './reach'
import { cursor, QuarantineFilter } from './schemas'

const Options = z
  .strictObject({
    filter: QuarantineFilter,
    dryRun: z.boolean().default(false).openapi({ description: 'Counts them, and deletes none' }),
    limit: z.int().min(1).max(10_000).default(1000).openapi({ description: 'At most so many' }),
    cursor: cursor.openapi({ description: '`nextCursor` of the reply before, to go on' }),
  })
  .openapi('DeleteAllOptions')

const Deleted = z
  .object({
    dryRun: z.boolean(),
    count: z.int().min(0).openapi({ description: 'So many are gone, or would be' }),
    nextCursor: z.string().optional().openapi({ description: 'Absent when none are left' }),
  })
  .openapi('DeletedPage')

// A person, a proxy and a health check all wait longer than two seconds.
const BUDGET_MS = 2_000
// Each is a transaction of its own, which takes some milliseconds on a disk or over a network: these
// are a small part of the budget.
const AT_A_TIME = 16
// Counting reads no texts: a page is as long as the list's longest.
const COUNTED_AT_A_TIME = 1000

const route = createRoute({
  method: 'post',
  path: '/quarantine/delete',
  operationId: 'deleteQuarantine',
  tags: ['Quarantine'],
  summary: 'Give up everything that matches, oldest first',
  description:
    'Scope `quarantine:write`, within the reach of the key. What is deleted cannot be brought back; `dryRun` counts it first. After two seconds, or `limit` items, it is answered with a `nextCursor`: ask again with it as `cursor` and the same `filter`.',
  ...keyed,
  request: {
    body: jsonBody(Options, {
      description: 'Which',
      example: { filter: { sourceId: 'demo', code: 'required' }, dryRun: true },
    }),
  },
  responses: {
    200: jsonReply(Deleted, {
      description: 'How many',
      example: { dryRun: true, count: 312 },
    }),
    ...jsonBodyProblems('invalid_cursor'),
  },
})

export function deleteQuarantine(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const { quarantine } = platform
  const checks = { admit: keyWith('quarantine:write'), limits: options.config }
  operation(app, route, checks, async (c, { principal, body, reply }) => {
    const { tenantId, keyId } = principal
    const { dryRun, limit } = body
    const filter = withinReach(body.filter, reachOf(principal))
    const end = performance.now() + BUDGET_MS
    let { cursor } = body
    let count = 0
    let seen = 0
    do {
      const most = Math.min(dryRun ? COUNTED_AT_A_TIME : AT_A_TIME, limit - seen)
      const page = { limit: most, cursor, order: 'oldest' } as const
      const { items, nextCursor } = await quarantine.summaries(tenantId, page, filter)
      for (const { quarantineId } of items) {
        // Somebody else may have replayed or deleted it meanwhile.
        if (dryRun || (await quarantine.release(tenantId, quarantineId))) count += 1
      }
      seen += items.length
      cursor = nextCursor
      await rest()
    } while (cursor !== undefined && seen < limit && performance.now() < end)
    if (!dryRun && count > 0) {
      const details = { count, filter }
      await audited(deps, principal, { action: 'quarantine.deleted', details })
      const { requestId } = c.var
      options.log.info('quarantined items were given up', {
        requestId,
        keyId,
        count,
        filter: JSON.stringify(filter),
      })
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { dryRun, count, nextCursor: cursor })
  })
}
