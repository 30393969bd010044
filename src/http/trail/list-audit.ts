import { MAX_ID_LENGTH } from '../../event/limits'
import { keyWith } from '../admit'
import { personName } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit, time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'

// An action or an id is shorter; what is longer was never written.
const text = (description: string, example?: string) =>
  z.string().min(1).max(512).optional().openapi({ description, example })

const Query = z.strictObject({
  action: text('The exact action, or the beginning of actions: `key.*`', 'key.*'),
  by: text('The id of the key that did it; `operator` for a command on the machine'),
  target: text('The id of what it was done to'),
  person: z.string().min(1).max(MAX_ID_LENGTH).optional().openapi({
    description:
      'The id of a learner, in any spelling: what was read about them alone. Reads of groups and of everybody name no one',
    example: 'https://example.edu/users/554433',
  }),
  from: time('From this time on', '2026-11-01'),
  to: time('Before this time', '2026-12-01'),
  limit,
  cursor: text('`nextCursor` of the page before'),
})

const hash = z.string().openapi({ description: '64 hexadecimal digits' })

const AuditEntry = z
  .object({
    sequence: z.int().min(1).openapi({ description: 'Counts the entries of your tenant from 1' }),
    id: z.string().openapi({ description: 'Also the id of its record in the lake' }),
    at: z.iso.datetime(),
    action: z.string(),
    by: z.string().openapi({
      description: 'The id of a key, a digest of a person, `operator` or `nonius`',
    }),
    target: z.string().optional(),
    details: z.record(z.string(), z.unknown()),
    hash: hash.openapi({ description: 'SHA-256 over the entry before it and this one' }),
    previous: hash.openapi({ description: '`hash` of the entry before it' }),
  })
  .openapi('AuditEntry')

export const entryExample = {
  sequence: 12,
  id: 'aud_0f3a9c51d2b84e67a1c0f3a9c51d2b84',
  at: '2026-11-15T10:15:00.000Z',
  action: 'key.created',
  by: 'key_5f2c1d9e-6f0a-4f3b-9d6e-0a4f1c2b3d4e',
  target: 'key_77aa1d9e-6f0a-4f3b-9d6e-0a4f1c2b3d4e',
  details: { sourceId: 'demo', scopes: ['events:write'] },
  hash: 'a3f1'.repeat(16),
  previous: '90be'.repeat(16),
}

const AuditList = z
  .object({
    entries: z.array(AuditEntry),
    nextCursor: z.string().optional().openapi({ description: 'Absent on the last page' }),
  })
  .openapi('AuditList')

const route = createRoute({
  method: 'get',
  path: '/audit',
  operationId: 'listAudit',
  tags: ['Audit'],
  summary: 'List who did what to data of people, the latest first',
  description:
    'Scope `admin`. Changes of what protects people’s data, and reads of it. All filters must hold. A page may be short, even empty, where a search has looked at a thousand entries: go on with `nextCursor`.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(AuditList, { description: 'A page', example: { entries: [entryExample] } }),
    ...problems('invalid_request', 'invalid_cursor', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function listAudit(app: App, deps: AppDeps) {
  const { services } = deps
  const admit = keyWith('admin')
  operation(app, route, { admit }, async (c, { principal: { tenantId }, query, reply }) => {
    const { limit, cursor, person: id, ...others } = query
    const ids = id === undefined ? undefined : await services.ownIds(tenantId, [id])
    const people = ids && (await Promise.all(ids.map((one) => personName(deps, tenantId, one))))
    const filter = { ...others, ...(people && { people }) }
    const { items, nextCursor } = await services.audit.list(tenantId, { limit, cursor }, filter)
    c.header('Cache-Control', 'no-store')
    const entries = items.map((entry) => ({ ...entry }))
    return reply.json(c, 200, { entries, ...(nextCursor !== undefined && { nextCursor }) })
  })
}
