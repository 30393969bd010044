import { mediaType } from '../../syntax/media-type'

// Registered by nobody; these are what log shippers and SDKs send.
const lines = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
])

/** How a body is to be read: as one JSON value, or as one a line. */
export function nativeBodyForm(header: string | null | undefined): 'json' | 'lines' | undefined {
  const type = mediaType(header)
  if (type === undefined) return undefined
  if (type === 'application/json') return 'json'
  return lines.has(type) ? 'lines' : undefined
}
