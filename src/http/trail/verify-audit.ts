import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const Query = z.strictObject({
  cursor: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .openapi({ description: '`nextCursor` of the answer before' }),
})

const count = z.int().min(0)

const AuditVerdict = z
  .object({
    isWhole: z.boolean().openapi({ description: 'Nothing that was looked at is at fault' }),
    entries: count.openapi({ description: 'How many were looked at' }),
    first: count,
    last: count.openapi({ description: 'The last that is whole; 0 while there is none' }),
    hash: z.string().openapi({
      description: 'Of the last. Kept elsewhere, it proves later that nothing before was changed',
    }),
    fault: z
      .object({
        kind: z.enum(['altered', 'removed', 'added']),
        sequence: z.int().openapi({ description: 'The first entry that was' }),
        message: z.string(),
      })
      .openapi('AuditFault')
      .optional(),
    nextCursor: z.string().optional().openapi({ description: 'Absent when all was looked at' }),
  })
  .openapi('AuditVerdict')

const example = {
  isWhole: true,
  ...{ entries: 120, first: 1, last: 120, hash: 'a3f1'.repeat(16) },
}

const route = createRoute({
  method: 'get',
  path: '/audit/verify',
  operationId: 'verifyAudit',
  tags: ['Audit'],
  summary: 'Verify that the audit trail is whole',
  description:
    'Scope `admin`. Looks at ten thousand entries, the oldest first, and names the first that was altered, removed or added by another hand; goes on with `nextCursor`.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(AuditVerdict, { description: 'What was found', example }),
    ...problems('invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function verifyAudit(app: App, { services }: AppDeps) {
  const admit = keyWith('admin')
  operation(app, route, { admit }, async (c, { principal: { tenantId }, query, reply }) => {
    const verdict = await services.audit.verify(tenantId, query)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { isWhole: verdict.fault === undefined, ...verdict })
  })
}
