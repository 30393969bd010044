import type { Sample } from './metric-store'

interface Embedded {
  _aws?: {
    CloudWatchMetrics?: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[]
  }
  [name: string]: unknown
}

/**
 * Reads the metrics in a line of a function's log ("Specification: Embedded metric format", CloudWatch's guide).
 * @returns none for other lines
 */
export function samplesIn(line: string): Sample[] {
  if (!line.startsWith('{"_aws"')) return []
  const embedded = JSON.parse(line) as Embedded
  return (embedded._aws?.CloudWatchMetrics ?? []).flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(embedded[name])]))
      return Metrics.map(({ Name }) => ({
        ...{ namespace: Namespace, name: Name, dimensions },
        value: Number(embedded[Name]),
      }))
    }),
  )
}
