import type { Series } from './expression'

/** A sample is what CloudWatch would be sent at a moment. */
export interface Sample {
  namespace: string
  name: string
  dimensions: Record<string, string>
  value: number
}

export type Count = (sample: Sample) => void

export interface AskedMetric {
  namespace: string
  metricName: string
  stat: string
  /** The period is in seconds. */
  period: number
  dimensions: Record<string, string>
}

export interface MetricStore {
  /** @param at ms since 1970 */
  add(sample: Sample, at: number): void
  /** Gives the statistic of the last periods that are over, the oldest first. */
  series(metric: AskedMetric, now: number, count: number): Series
}

// A metric of more samples than these has not been looked at for long.
const MAX_SAMPLES = 100_000

/** Stores samples by their metric, in the memory. */
export function createMetricStore(): MetricStore {
  const held = new Map<string, { at: number; value: number }[]>()

  return {
    add({ namespace, name, dimensions, value }, at) {
      const key = keyOf(namespace, name, dimensions)
      const samples = held.get(key) ?? []
      if (samples.length >= MAX_SAMPLES) samples.splice(0, MAX_SAMPLES / 2)
      samples.push({ at, value })
      held.set(key, samples)
    },

    series({ namespace, metricName, stat, period, dimensions }, now, count) {
      const samples = held.get(keyOf(namespace, metricName, dimensions)) ?? []
      const ms = period * 1000
      const first = Math.floor(now / ms) - count
      return Array.from({ length: count }, (_, place) => {
        const begin = (first + place) * ms
        const within = samples.filter(({ at }) => at >= begin && at < begin + ms)
        return statistic(
          stat,
          within.map(({ value }) => value),
        )
      })
    },
  }
}

function keyOf(namespace: string, name: string, dimensions: Record<string, string>): string {
  return JSON.stringify([namespace, name, ...Object.entries(dimensions).toSorted()])
}

/** Computes a statistic. A period without samples has none. @throws for one that no alarm of ours asks for */
function statistic(stat: string, values: number[]): number | undefined {
  if (values.length === 0) return undefined
  const sum = values.reduce((all, one) => all + one, 0)
  if (stat === 'Sum') return sum
  if (stat === 'SampleCount') return values.length
  if (stat === 'Average') return sum / values.length
  if (stat === 'Maximum') return values.reduce((most, one) => Math.max(most, one))
  const [, percent] = /^p(\d+)$/.exec(stat) ?? []
  if (percent === undefined) throw new Error(`the statistic ${stat} is not understood`)
  const ordered = values.toSorted((a, b) => a - b)
  return ordered[Math.max(0, Math.ceil((Number(percent) / 100) * ordered.length) - 1)]
}
