import { inGroups } from '../../governance/consents/in-groups'
import { audited } from '../audit'
import type { App, AppDeps } from '../context'
import { jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { consentManager } from './manager'
import { checkedRows, RowFault } from './row-faults'
import { readRows, rowsBody } from './rows'
import { consentOf, consentRow } from './schemas'

const Query = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .openapi({ description: '`true` checks every row, and stores none' }),
})

const count = z.int().min(0)

const Outcome = z
  .object({
    dryRun: z.boolean(),
    taken: count.openapi({ description: 'Rows that are right; they are stored' }),
    changed: count.openapi({ description: 'Of those, rows that changed something' }),
    stale: count.openapi({ description: 'Of those, rows of which a later decision is known' }),
    refused: count.openapi({ description: 'Rows that are wrong, and were left out' }),
    errors: z.array(RowFault).openapi({ description: 'At most 100' }),
  })
  .openapi('ConsentsOutcome')

const example = [
  { actor: 'u-554433', categories: { analytics: 'granted' as const }, evidence: 'form 2026/27' },
]
const csv = 'actor,category,decision,evidence\nu-554433,analytics,granted,form 2026/27\n'

const routeWith = (row: ReturnType<typeof consentRow>) =>
  createRoute({
    method: 'put',
    path: '/privacy/consents',
    operationId: 'putConsents',
    tags: ['Privacy'],
    summary: 'Say what many people granted or denied',
    description:
      'Scope `admin` or `consents:write`. Each row as `PUT /privacy/consents/{actor}` has it. Rows that are wrong are named by their line, and cost no other. In CSV the columns are `actor`, `category`, `decision`, and may be `evidence` and `at`.',
    ...keyed,
    request: { query: Query, body: rowsBody(row, example, csv) },
    responses: {
      200: jsonReply(Outcome, {
        description: 'What became of the rows',
        example: { dryRun: false, taken: 1, changed: 1, stale: 0, refused: 0, errors: [] },
      }),
      ...jsonBodyProblems(),
    },
  })

export function putConsents(app: App, deps: AppDeps) {
  const { options, services } = deps
  const row = consentRow(options.clock)
  operation(app, routeWith(row), { admit: consentManager }, async (c, input) => {
    const { principal, query, reply } = input
    const { tenantId, keyId } = principal
    const dryRun = query.dryRun === 'true'
    const rows = (await readRows(c, options.config)).map(fromCsv)
    const { good, errors, refused } = checkedRows(rows, row)
    let changed = 0
    let stale = 0
    const by = { by: keyId, now: options.clock.now() }
    if (!dryRun) {
      await inGroups(good, async ({ value: { actor, ...given } }) => {
        const put = await services.consents.put(tenantId, consentOf(actor, given, by))
        if (put.changed.length > 0) changed += 1
        if (put.stale.length > 0) stale += 1
      })
    }
    const counts = { taken: good.length, changed, stale, refused }
    if (changed > 0) {
      await audited(deps, principal, { action: 'consents.changed', details: counts })
    }
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { dryRun, ...counts, errors })
  })
}

/** Makes of a row of CSV what one of JSON is: each has one category. */
function fromCsv<Row extends { value?: unknown }>(row: Row): Row {
  const { value } = row
  if (typeof value !== 'object' || value === null || !('category' in value)) return row
  const { category, decision, ...rest } = value as Record<string, unknown>
  return { ...row, value: { ...rest, categories: { [String(category)]: decision } } }
}
