import { type Spending, stateOf } from '../../limits/budgets/spending'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { whenSpent } from './schemas'

const BudgetView = z
  .object({
    sourceId: z.string().optional().openapi({ description: 'Absent for the tenant as a whole' }),
    budget: z.enum(['eventsPerDay', 'quarantineBytes', 'hotBytes']),
    limit: z.int(),
    used: z.int(),
    share: z.number().openapi({ description: '`used` by `limit`' }),
    state: z.enum(['fine', 'nearly_spent', 'spent']),
    whenSpent,
  })
  .openapi('Budget')

const BudgetList = z.object({ budgets: z.array(BudgetView) }).openapi('BudgetList')

const example = {
  budgets: [
    {
      ...{ sourceId: 'canvas', budget: 'eventsPerDay' as const, limit: 1_000_000, used: 834_112 },
      ...{ share: 0.834, state: 'nearly_spent' as const, whenSpent: 'warn' as const },
    },
  ],
}

const route = createRoute({
  method: 'get',
  path: '/budgets',
  operationId: 'listBudgets',
  tags: ['Tenants'],
  summary: 'How much of its budgets your tenant has spent',
  description:
    'Scope `admin`. Those of the tenant (`PATCH /tenants/{id}`), then those of its sources (`PUT /sources/{id}`); ten seconds old at most, and on AWS ten more.',
  ...keyed,
  responses: {
    200: jsonReply(BudgetList, { description: 'All', example }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

export function registerBudgets(app: App, { platform, services }: AppDeps) {
  operation(app, route, { admit: keyWith('admin') }, async (c, { principal, reply }) => {
    const { tenantId } = principal
    const tenant = await platform.registry.tenants.get(tenantId)
    const unknown = { tenantId, name: tenantId, createdAt: '' }
    const spendings = await services.budgets.read(tenant ?? unknown)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { budgets: spendings.map(viewOf) })
  })
}

function viewOf(spending: Spending): z.output<typeof BudgetView> {
  const { sourceId, budget, limit, used, whenSpent: mode } = spending
  const share = Math.round((used / limit) * 1000) / 1000
  const about = { budget, limit, used, share, state: stateOf(spending), whenSpent: mode }
  return { ...(sourceId !== undefined && { sourceId }), ...about }
}
