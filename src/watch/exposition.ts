/** A family is a metric with its samples, as Prometheus reads it. */
export interface Family {
  name: string
  type: 'counter' | 'gauge' | 'histogram' | 'summary'
  help: string
  samples: Sample[]
}

export interface Sample {
  /** Follows the family's name: `_bucket`, `_sum`, `_count`. */
  suffix?: string
  labels?: Record<string, string | number>
  value: number
}

/** The media type of what `expose` writes. */
export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Writes metrics in Prometheus' text format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats).
 */
export function expose(families: readonly Family[]): string {
  return families.map(textOf).join('')
}

function textOf({ name, type, help, samples }: Family): string {
  const head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`
  return head + samples.map((sample) => lineOf(name, sample)).join('')
}

function lineOf(name: string, { suffix = '', labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, said]) => `${label}="${escaped(said)}"`)
  const set = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  return `${name}${suffix}${set} ${value}\n`
}

function escaped(said: string | number): string {
  return String(said).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
