const types = 'http://purl.imsglobal.org/caliper/v1'
const actions = 'http://purl.imsglobal.org/vocab/caliper/v1/action'

/** A type as 1.0 writes it. */
export function earlyType(type: string): string {
  return `${types}/${type}`
}

/** An item as 1.0 writes it: `@id` and `@type`, and the IRIs of its types and its action. */
export function inEarlyForm(item: Record<string, unknown>): Record<string, unknown> {
  return early(item) as Record<string, unknown>
}

function early(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(early)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => entry(name, inner)))
}

function entry(name: string, value: unknown): [string, unknown] {
  if (name === 'id') return ['@id', value]
  if (name === 'type') return ['@type', earlyType(String(value))]
  if (name === 'action') return [name, `${actions}#${value}`]
  return [name, early(value)]
}
