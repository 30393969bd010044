import type { Tally } from '../../platform/conformance-counts'
import { toCountRange } from '../../query/count-range'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'
import { findSource, SourceParams } from './find-source'

const Query = z.strictObject({
  from: time('From the hour, or day, that this lies in; 30 days or 48 hours back', '2026-11-01'),
  to: time('Before this time; now when left out', '2026-11-22'),
  interval: z.enum(['hour', 'day']).default('day').openapi({
    description: 'By the day (UTC), at most 400 of them, or by the hour, at most 31 days',
  }),
})

const count = z.int().min(0)

const Counts = z
  .object({
    stored: count.openapi({ description: 'Events and entities, duplicates not counted' }),
    conformant: count.openapi({ description: 'Of those, without an error by the standard' }),
    quarantined: count.openapi({ description: 'Items and unreadable bodies, each time sent' }),
    issues: z
      .record(z.string(), count)
      .openapi({ description: 'By issue code: how many items have it, the most frequent first' }),
  })
  .openapi('ConformanceCounts')

const Conformance = z
  .object({
    sourceId: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    interval: z.enum(['hour', 'day']),
    totals: Counts,
    series: z
      .array(Counts.extend({ at: z.iso.datetime() }))
      .openapi({ description: 'Oldest first; an interval in which nothing arrived is left out' }),
  })
  .openapi('SourceConformance')

const countsExample = {
  stored: 1200,
  conformant: 1150,
  quarantined: 3,
  issues: { invalid_id: 40, wrong_type: 13 },
}

const route = createRoute({
  method: 'get',
  path: '/sources/{id}/conformance',
  operationId: 'getSourceConformance',
  tags: ['Sources'],
  summary: 'How a source departs from its standard, over time',
  description:
    'Scope `admin`. By the time of arrival. Counts are saved every ten seconds and when the server stops; a crash loses those of the seconds since.',
  ...keyed,
  request: { params: SourceParams, query: Query },
  responses: {
    200: jsonReply(Conformance, {
      description: 'Totals and a time series',
      example: {
        sourceId: 'canvas',
        from: '2026-11-15T00:00:00.000Z',
        to: '2026-11-16T00:00:00.000Z',
        interval: 'day',
        totals: countsExample,
        series: [{ at: '2026-11-15T00:00:00.000Z', ...countsExample }],
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'unavailable'),
  },
})

export function getConformance(app: App, deps: AppDeps) {
  const { platform, options } = deps
  const admit = keyWith('admin')
  operation(app, route, { admit }, async (c, { principal, params, query, reply }) => {
    const { tenantId } = principal
    const range = toCountRange(query, options.clock.now())
    const { sourceId } = await findSource(deps, tenantId, params.id)
    const series = await platform.conformance.read({ tenantId, sourceId }, range)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { sourceId, ...range, totals: totalsOf(series), series })
  })
}

function totalsOf(series: readonly Tally[]): Tally {
  const totals = { stored: 0, conformant: 0, quarantined: 0 }
  const issues = new Map<string, number>()
  for (const one of series) {
    totals.stored += one.stored
    totals.conformant += one.conformant
    totals.quarantined += one.quarantined
    for (const [code, items] of Object.entries(one.issues)) {
      issues.set(code, (issues.get(code) ?? 0) + items)
    }
  }
  const sorted = [...issues].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
  return { ...totals, issues: Object.fromEntries(sorted) }
}
