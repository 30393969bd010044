import type { Gauges } from '../platform/platform'
import type { ArrivalCounts } from '../platform/source-activity'
import type { Family, Sample } from './exposition'
import type { Histogram } from './histogram'
import type { Measured, MeasuredSource } from './meter'
import type { Quantiles } from './quantiles'

/** The process and the machine, at the time of the question. */
export interface Circumstances {
  version: string
  startedAt: Date
  isReady: boolean
  residentBytes: number
  cpuSeconds: number
  requestMemory: { heldBytes: number; limitBytes: number }
  /** They are of all tenants. */
  reducers: { name: string; version: number; skipped: number; isOff: boolean }[]
  /** The budgets that are spent to 80 % or more. */
  budgets: { tenantId: string; sourceId?: string | undefined; budget: string; share: number }[]
}

/**
 * Makes the metrics of one answer.
 * @param tenantId sources of this tenant are named; of all tenants when it is left out
 */
export function familiesOf(
  measured: Measured,
  gauges: Gauges,
  now: Circumstances,
  tenantId?: string,
): Family[] {
  const { total, batches, inserts, insertTimes } = measured
  const sources = measured.sources.filter(
    (one) => tenantId === undefined || one.tenantId === tenantId || one.tenantId === undefined,
  )
  const bySource = (what: Exclude<keyof ArrivalCounts, 'reasons'>) =>
    sources.map((source) => ({ labels: labelsOf(source), value: source.counts[what] }))
  const codes = Object.entries(total.reasons)
  const { disk, consumers, deliveries, quarantineItems } = gauges

  return [
    gauge('build_info', 'Which Nonius this is', 1, { version: now.version }),
    gauge('ready', 'Whether events can be taken now, as /ready says it', now.isReady ? 1 : 0),
    counter('items_accepted_total', 'Events and entities that were stored', bySource('accepted')),
    counter('items_duplicate_total', 'Items that were held already', bySource('duplicates')),
    counter(
      'items_quarantined_total',
      'Items and unreadable bodies that went to quarantine',
      bySource('quarantined'),
    ),
    counter(
      'requests_refused_total',
      'Requests of known senders that were answered with an error',
      bySource('refused'),
    ),
    counter(
      'refusals_total',
      'The same, of all sources, by the code of the error',
      codes.map(([code, value]) => ({ labels: { code }, value })),
    ),
    counter(
      'items_withheld_total',
      "Items that a tenant's policy did not let us keep, by rule",
      measured.withheld
        .filter((one) => tenantId === undefined || one.tenantId === tenantId || !one.tenantId)
        .map((one) => ({
          labels: { tenant: one.tenantId ?? '(others)', rule: one.rule ?? '(others)' },
          value: one.items,
        })),
    ),
    counter('unauthenticated_total', 'Requests that were answered 401', [
      { value: measured.turnedAway },
    ]),
    histogram('batch_size', 'Items of a request that was answered with a receipt', batches),
    histogram('insert_duration_seconds', 'Time of a write to the event store', inserts),
    quantiles('insert_latency_seconds', 'The same, of the last five minutes', insertTimes, inserts),
    counter('insert_failures_total', 'Writes to the event store that failed', [
      { value: measured.insertFailures },
    ]),
    gauge(
      'active_sources',
      'Sources from which something came in the last five minutes',
      measured.activeSources,
    ),
    many(
      'consumer_lag_records',
      'Stored records that a consumer has not had yet',
      consumers.map(({ consumer, records }) => ({ labels: { consumer }, value: records })),
    ),
    many(
      'consumer_lag_seconds',
      'How long the oldest of those has waited',
      consumers.map(({ consumer, ageMs }) => ({ labels: { consumer }, value: ageMs / 1000 })),
    ),
    many(
      'deliveries',
      'Messages to webhooks by what they wait for',
      Object.entries(deliveries).map(([state, value]) => ({ labels: { state }, value })),
    ),
    gauge('quarantine_items', 'Items in quarantine', quarantineItems),
    many(
      'budget_used_ratio',
      'Share of a budget that is spent, of those from 0.8 on',
      now.budgets
        .filter((one) => tenantId === undefined || one.tenantId === tenantId)
        .map(({ tenantId: tenant, sourceId: source = '', budget, share }) => {
          return { labels: { tenant, source, budget }, value: share }
        }),
    ),
    counter(
      'reducer_skipped_total',
      'Events that a reducer failed on, of all tenants',
      now.reducers.map((one) => ({ labels: reducerLabels(one), value: one.skipped })),
    ),
    many(
      'reducer_off',
      'Whether a reducer was switched off, since it only failed',
      now.reducers.map((one) => ({ labels: reducerLabels(one), value: one.isOff ? 1 : 0 })),
    ),
    gauge('request_memory_bytes', 'Memory that requests hold now', now.requestMemory.heldBytes),
    gauge(
      'request_memory_limit_bytes',
      'Memory that requests may hold together',
      now.requestMemory.limitBytes,
    ),
    gauge('disk_free_bytes', 'Free on the disk of the data folder', disk.freeBytes),
    gauge('disk_size_bytes', 'Size of that disk', disk.sizeBytes),
    ...ofProcess(now),
  ]
}

/** These have the names that all programs give them. */
function ofProcess({ startedAt, residentBytes, cpuSeconds }: Circumstances): Family[] {
  const one = (name: string, type: Family['type'], help: string, value: number): Family => {
    return { name: `process_${name}`, type, help, samples: [{ value }] }
  }
  return [
    one('start_time_seconds', 'gauge', 'When it began, in Unix time', startedAt.getTime() / 1000),
    one('resident_memory_bytes', 'gauge', 'Memory of the process', residentBytes),
    one('cpu_seconds_total', 'counter', 'Processor time of the process', cpuSeconds),
  ]
}

function labelsOf({ tenantId, sourceId }: MeasuredSource): Record<string, string> {
  return { tenant: tenantId ?? '(others)', source: sourceId ?? '(others)' }
}

function reducerLabels({ name, version }: Circumstances['reducers'][number]) {
  return { reducer: name, version: String(version) }
}

function counter(name: string, help: string, samples: Sample[]): Family {
  return { name: `nonius_${name}`, type: 'counter', help, samples }
}

function many(name: string, help: string, samples: Sample[]): Family {
  return { name: `nonius_${name}`, type: 'gauge', help, samples }
}

function gauge(name: string, help: string, value: number, labels?: Sample['labels']): Family {
  return many(name, help, [{ value, ...(labels && { labels }) }])
}

function histogram(name: string, help: string, held: Histogram): Family {
  const buckets = held.buckets().map(({ le, count }): Sample => {
    return { suffix: '_bucket', labels: { le }, value: count }
  })
  const all: Sample = { suffix: '_bucket', labels: { le: '+Inf' }, value: held.count() }
  const samples = [...buckets, all, ...sumOf(held)]
  return { name: `nonius_${name}`, type: 'histogram', help, samples }
}

function quantiles(name: string, help: string, held: Quantiles, all: Histogram): Family {
  const samples = [0.5, 0.95, 0.99].map((quantile): Sample => {
    return { labels: { quantile }, value: held.at(quantile) ?? Number.NaN }
  })
  return { name: `nonius_${name}`, type: 'summary', help, samples: [...samples, ...sumOf(all)] }
}

function sumOf(held: Histogram): Sample[] {
  return [
    { suffix: '_sum', value: held.sum() },
    { suffix: '_count', value: held.count() },
  ]
}
