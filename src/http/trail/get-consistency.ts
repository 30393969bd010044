import { AppError } from '../../error/app-error'
import type { ChainedRoot } from '../../merkle/proof'
import { createProofs, type HourConsistency } from '../../merkle/prove'
import { requireKey } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { Root } from './list-roots'
import { hash, hourField, rootName, sizeField } from './proof-schema'

const Query = z.strictObject({
  from: rootName(
    'The earlier root: its hour, and its size where its hour was not over',
    '2026-11-30T02/300',
  ),
  to: rootName('The later one', '2026-11-30T05'),
})

const AtSize = z
  .object({ treeSize: sizeField('How many leaves it has'), root: hash('Its root') })
  .openapi('TreeAtSize')

const Consistency = z
  .object({
    trees: z
      .array(
        z.object({
          hour: hourField,
          from: AtSize,
          to: AtSize,
          path: z.array(z.string()).openapi({
            description:
              'Leads from the root of the one size to that of the other (RFC 6962, section 2.1.2)',
          }),
        }),
      )
      .openapi({ description: 'Of the earlier hour, and of the later one where that is another' }),
    chain: z.array(Root).openapi({
      description:
        'The roots from the earlier hour to the later one, the oldest first, where they are two',
    }),
  })
  .openapi('Consistency')

// A page of roots; whoever has two that are farther apart asks in steps.
const MAX_CHAIN = 1000

const one = { treeSize: 300, root: '77c2'.repeat(16) }
const example = {
  trees: [
    {
      hour: '2026-11-30T02',
      ...{ from: one, to: { treeSize: 512, root: '1d9e'.repeat(16) } },
      path: ['90be'.repeat(16), 'a3f1'.repeat(16)],
    },
  ],
  chain: [],
}

const route = createRoute({
  method: 'get',
  path: '/audit/consistency',
  operationId: 'getConsistency',
  tags: ['Audit'],
  summary: 'Prove that the log at one root goes on to the log at a later one',
  description:
    'Any key or token of the tenant. Within an hour, the tree of the one size is the beginning of that of the other. Between hours, the tree of the earlier one goes on to what it was when it was closed, roots of closed hours follow each other, and the later tree goes on likewise. At most 1000 hours with events lie between.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(Consistency, { description: 'The proof', example }),
    ...problems(
      'invalid_request',
      'invalid_parameter',
      'unauthenticated',
      'not_found',
      'wrong_state',
      'unavailable',
    ),
  },
})

export function getConsistency(app: App, { platform, services }: AppDeps) {
  const { trees } = platform
  const proofs = trees && createProofs(trees)

  async function within(
    tenantId: string,
    hour: string,
    name: 'from' | 'to',
    sizes: { from?: number | undefined; to?: number | undefined },
  ): Promise<HourConsistency> {
    const head = await trees?.head(tenantId, hour)
    const { from = head?.treeSize, to = head?.treeSize } = sizes
    try {
      const found =
        from === undefined || to === undefined
          ? undefined
          : await proofs?.between(tenantId, hour, { from, to })
      if (found !== undefined) return found
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw outside(name, error.message)
    }
    const detail = `There is no tree of the hour ${hour}, or nothing of it is kept any more but its root.`
    throw new AppError('not_found', detail)
  }

  async function chainBetween(tenantId: string, from: string, to: string): Promise<ChainedRoot[]> {
    const { roots } = services
    const [first, last] = [await roots.ofHour(tenantId, from), await roots.ofHour(tenantId, to)]
    if (first === undefined) {
      const detail = `The root of the hour ${from} is not chained yet: that is done within minutes of its end.`
      throw new AppError('wrong_state', detail)
    }
    const limit = last ? last.sequence - first.sequence + 1 : MAX_CHAIN + 1
    const cursor = String(first.sequence)
    const { items } = await roots.list(tenantId, { limit: Math.min(limit, MAX_CHAIN + 1), cursor })
    if (items.length > MAX_CHAIN) throw outside('to', `More than ${MAX_CHAIN} roots lie between`)
    return items.filter(({ hour }) => hour <= to)
  }

  operation(app, route, { admit: requireKey }, async (c, { principal, query, reply }) => {
    const { tenantId } = principal
    const { from, to } = query
    if (from.hour > to.hour) throw outside('to', 'Must not be before `from`')
    c.header('Cache-Control', 'no-store')
    if (from.hour === to.hour) {
      const sizes = { from: from.treeSize, to: to.treeSize }
      const tree = await within(tenantId, from.hour, 'to', sizes)
      return reply.json(c, 200, { trees: [tree], chain: [] })
    }
    const earlier = await within(tenantId, from.hour, 'from', { from: from.treeSize })
    const later = await within(tenantId, to.hour, 'to', { from: to.treeSize })
    const chain = await chainBetween(tenantId, from.hour, to.hour)
    return reply.json(c, 200, { trees: [earlier, later], chain })
  })
}

function outside(name: 'from' | 'to', message: string): AppError {
  const errors = [{ path: [name], message, code: 'out_of_range' }]
  return new AppError('invalid_parameter', message, { errors })
}
