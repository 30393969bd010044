import { AppError } from '../../error/app-error'
import type { ChainedRoot } from '../../merkle/proof'
import { shownHead } from '../../merkle/prove'
import { requireKey } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { limit, time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { hash, hourField, sizeField } from './proof-schema'

const Query = z.strictObject({
  from: time('From the hour of this time on', '2026-11-01'),
  to: time('Before the hour of this time', '2026-12-01'),
  limit,
  cursor: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d$/, 'Must be nextCursor of the page before')
    .optional()
    .openapi({ description: '`nextCursor` of the page before' }),
})

export const Root = z
  .object({
    hour: hourField,
    treeSize: sizeField('How many leaves the tree has'),
    root: hash('The root of the tree'),
    isClosed: z
      .boolean()
      .openapi({ description: 'If false, the hour is not over, and the tree grows' }),
    sequence: z.int().min(1).optional().openapi({
      description:
        'Counts the closed hours of your tenant that have events, from 1; absent until it is chained',
    }),
    hash: hash('SHA-256 over the root before it and this one').optional(),
    previous: hash('`hash` of the root before it; zeros for the first').optional(),
    signature: z.string().optional().openapi({
      description: 'ed25519 over `hash`, base64, where the operator has a key',
    }),
  })
  .openapi('TreeRoot')

const Roots = z
  .object({
    roots: z.array(Root),
    nextCursor: z.string().optional().openapi({ description: 'Absent on the last page' }),
  })
  .openapi('TreeRoots')

const example = {
  roots: [
    { hour: '2026-11-30T03', treeSize: 2, root: '77c2'.repeat(16), isClosed: false },
    {
      ...{ hour: '2026-11-30T02', treeSize: 41, root: '1d9e'.repeat(16), isClosed: true },
      ...{ sequence: 7, hash: 'a3f1'.repeat(16), previous: '90be'.repeat(16) },
    },
  ],
}

const route = createRoute({
  method: 'get',
  path: '/audit/roots',
  operationId: 'listRoots',
  tags: ['Audit'],
  summary: 'List the roots of the trees that prove your events, the latest hour first',
  description:
    'Any key or token of the tenant. One tree has the events of one hour, UTC; hours without events have none. Keep roots elsewhere: whoever has one sees later whether the log is still the one that it was (docs/audit.md).',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Roots, { description: 'A page', example }),
    ...problems('invalid_request', 'unauthenticated', 'unavailable'),
  },
})

export function listRoots(app: App, { platform, services }: AppDeps) {
  const { trees } = platform

  /** Finds what was chained of these hours, which follow each other in the chain. */
  async function chained(tenantId: string, hours: readonly string[]) {
    const byHour = new Map<string, ChainedRoot>()
    const { roots } = services
    // The latest of them may be closed, and not chained yet.
    for (const [at, hour] of hours.entries()) {
      const latest = await roots.ofHour(tenantId, hour)
      if (latest === undefined && at < 2) continue
      if (latest === undefined) break
      const page = { limit: hours.length - at, cursor: String(latest.sequence) }
      const { items } = await roots.list(tenantId, { ...page, isNewestFirst: true })
      for (const one of items) byHour.set(one.hour, one)
      break
    }
    return byHour
  }

  operation(app, route, { admit: requireKey }, async (c, { principal, query, reply }) => {
    if (trees === undefined) throw new AppError('unavailable', 'No trees are kept here.')
    const { tenantId } = principal
    const { limit, cursor, from, to } = query
    const { items, nextCursor } = await trees.heads(tenantId, {
      ...{ limit, cursor },
      ...(from !== undefined && { from: from.slice(0, 13) }),
      ...(to !== undefined && { until: to.slice(0, 13) }),
    })
    const closed = items.filter(({ isClosed }) => isClosed).map(({ hour }) => hour)
    const links = await chained(tenantId, closed)
    const roots = items.map((head) => ({ ...linkOf(links.get(head.hour)), ...shownHead(head) }))
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { roots, ...(nextCursor !== undefined && { nextCursor }) })
  })
}

function linkOf(root: ChainedRoot | undefined) {
  if (root === undefined) return {}
  const { sequence, hash, previous, signature } = root
  return { sequence, hash, previous, ...(signature !== undefined && { signature }) }
}
