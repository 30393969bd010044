import type { GoodTenant } from './good-tenant'
import { plot } from './plot'
import { between, msOf, percentile, type Sample } from './samples'
import type { Watch } from './watch'

/** How a stretch of time was, for the tenant that did nothing wrong. */
export interface Stretch {
  requests: number
  p50: number
  p99: number
  deliveryP50: number
  deliveryP99: number
  healthP99: number
  healthWorst: number
  /** Of the server itself: without what the machine kept from it or from us. */
  ownHealthP999: number
  ownHealthWorst: number
  rssMb: number
}

export function stretchOf(tenant: GoodTenant, seen: Watch, from: number, to: number): Stretch {
  const requests = msOf(between(tenant.requests, from, to))
  const deliveries = msOf(between(tenant.deliveries, from, to))
  const health = between(seen.health, from, to)
  const stretch = {
    requests: requests.length,
    ...{ p50: percentile(requests, 0.5), p99: percentile(requests, 0.99) },
    ...{ deliveryP50: percentile(deliveries, 0.5), deliveryP99: percentile(deliveries, 0.99) },
    ...{ healthP99: percentile(msOf(health), 0.99), healthWorst: Math.max(...msOf(health)) },
    ownHealthP999: percentile(
      health.map(({ ownMs }) => ownMs),
      0.999,
    ),
    ownHealthWorst: Math.max(...health.map(({ ownMs }) => ownMs)),
    rssMb: Math.max(...between(seen.rss, from, to).map(({ bytes }) => bytes)) / 1024 / 1024,
  }
  const rounded = Object.entries(stretch).map(([name, value]) => [name, Math.round(value)])
  return Object.fromEntries(rounded)
}

const P99_OVER_MS = 5000

/** The p99 of the last five seconds, each second. */
function p99Over(samples: readonly Sample[]) {
  const [first, last] = [samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0]
  const points: { at: number; value: number }[] = []
  for (let at = first + 1000; at <= last; at += 1000) {
    const recent = msOf(between(samples, at - P99_OVER_MS, at))
    if (recent.length > 0) points.push({ at, value: percentile(recent, 0.99) })
  }
  return points
}

export function drawSoak(
  tenant: GoodTenant,
  { rss, health }: Watch,
  marks: { at: number; name: string }[],
): string {
  const lines = [
    {
      ...{ name: 'memory of the server (RSS)', unit: 'MB', color: '#1f6feb' },
      points: rss.map(({ at, bytes }) => ({ at, value: bytes / 1024 / 1024 })),
    },
    {
      ...{ name: '/health', unit: 'ms', color: '#cf222e' },
      points: health.map(({ at, ms }) => ({ at, value: ms })),
    },
    {
      ...{ name: '/health, without waiting for a processor', unit: 'ms', color: '#bc4c00' },
      points: health.map(({ at, ownMs }) => ({ at, value: ownMs })),
    },
    {
      ...{ name: 'requests of the good tenant, p99 of 5 s', unit: 'ms', color: '#1a7f37' },
      points: p99Over(tenant.requests),
    },
    {
      ...{ name: 'its deliveries, p99 of 5 s', unit: 'ms', color: '#8250df' },
      points: p99Over(tenant.deliveries),
    },
  ]
  return plot('A good tenant alone, beside hostile ones, and alone again', lines, marks)
}
