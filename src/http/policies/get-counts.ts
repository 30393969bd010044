import type { Tally } from '../../platform/conformance-counts'
import { toCountRange } from '../../query/count-range'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { time } from '../query-fields'
import { createRoute } from '../route'
import { z } from '../zod'

const Query = z.strictObject({
  from: time('From the hour, or day, that this lies in; 30 days or 48 hours back', '2026-11-01'),
  to: time('Before this time; now when left out', '2026-11-30'),
  interval: z.enum(['hour', 'day']).default('day').openapi({
    description: 'By the day (UTC), at most 400 of them, or by the hour, at most 31 days',
  }),
})

const CountedType = z
  .object({ rule: z.string(), type: z.string(), count: z.int() })
  .openapi('CountedType')

const members = {
  withheld: z
    .record(z.string(), z.int())
    .openapi({ description: 'By rule: so many items were not kept, each time they were sent' }),
  counted: z
    .array(CountedType)
    .openapi({ description: 'Those among them that a rule wants counted for want of consent' }),
}

const Counts = z.object(members).openapi('WithheldCounts')
const CountsAt = z.object({ at: z.iso.datetime(), ...members }).openapi('WithheldCountsAt')

const PolicyCounts = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    interval: z.enum(['hour', 'day']),
    totals: Counts,
    series: z
      .array(CountsAt)
      .openapi({ description: 'Oldest first; an interval without any is left out' }),
  })
  .openapi('PolicyCounts')

const example = {
  withheld: { performance: 90, marketing: 3 },
  counted: [{ rule: 'marketing', type: 'banner_clicked', count: 3 }],
}

const route = createRoute({
  method: 'get',
  path: '/policies/counts',
  operationId: 'getPolicyCounts',
  tags: ['Policies'],
  summary: 'Count what was not kept, by rule',
  description:
    'Scope `admin`. By the time of arrival, over all sources. Rules of former policies are among them, and names of ours: `under13`, `erased`, `unreadable`. Counts are saved every ten seconds and when the server stops; a crash loses those of the seconds since.',
  ...keyed,
  request: { query: Query },
  responses: {
    200: jsonReply(PolicyCounts, {
      description: 'Totals and a time series',
      example: {
        from: '2026-11-29T00:00:00.000Z',
        to: '2026-11-30T00:00:00.000Z',
        interval: 'day',
        totals: example,
        series: [{ at: '2026-11-29T00:00:00.000Z', ...example }],
      },
    }),
    ...problems('invalid_request', 'unauthenticated', 'forbidden', 'unavailable'),
  },
})

// Each is a query of some milliseconds.
const AT_ONCE = 8

export function getPolicyCounts(app: App, { platform, options }: AppDeps) {
  const { registry, conformance } = platform
  operation(app, route, { admit: keyWith('admin') }, async (c, { principal, query, reply }) => {
    const { tenantId } = principal
    const range = toCountRange(query, options.clock.now())
    const totals = createSum()
    const byTime = new Map<string, ReturnType<typeof createSum>>()
    // A key may have outlived its source, and what came with it counts as well.
    const [sources, keys] = await Promise.all([
      registry.sources.list(tenantId),
      registry.keys.list(tenantId),
    ])
    const ids = [...new Set([...sources, ...keys].map(({ sourceId }) => sourceId))]
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const some = ids.slice(from, from + AT_ONCE)
      const read = some.map((sourceId) => conformance.read({ tenantId, sourceId }, range))
      for (const interval of (await Promise.all(read)).flat()) {
        if (interval.withheld === undefined && interval.countedTypes === undefined) continue
        const sum = byTime.get(interval.at) ?? createSum()
        byTime.set(interval.at, sum)
        for (const one of [sum, totals]) one.add(interval)
      }
    }
    const sorted = [...byTime].sort(([a], [b]) => (a < b ? -1 : 1))
    const series = sorted.map(([at, sum]) => ({ at, ...sum.result() }))
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, { ...range, totals: totals.result(), series })
  })
}

function createSum() {
  const withheld = new Map<string, number>()
  const counted = new Map<string, number>()

  function addTo(sums: Map<string, number>, counts: Record<string, number> = {}) {
    for (const [name, count] of Object.entries(counts)) {
      sums.set(name, (sums.get(name) ?? 0) + count)
    }
  }

  return {
    add(tally: Pick<Tally, 'withheld' | 'countedTypes'>) {
      addTo(withheld, tally.withheld)
      addTo(counted, tally.countedTypes)
    },
    result: () => ({
      withheld: Object.fromEntries([...withheld].sort(mostFirst)),
      counted: [...counted].sort(mostFirst).map(([name, count]) => ({ ...partsOf(name), count })),
    }),
  }
}

type Counted = [name: string, count: number]
const mostFirst = ([a, left]: Counted, [b, right]: Counted) => right - left || (a < b ? -1 : 1)

/** Takes apart what `nameOfCounted` made. */
function partsOf(name: string): { rule: string; type: string } {
  const at = name.indexOf('\t')
  return { rule: name.slice(0, at), type: name.slice(at + 1) }
}
