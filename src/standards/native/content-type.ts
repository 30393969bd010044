import { isJsonType, mayBeJson, mediaType } from '../../syntax/media-type'

export const documentTypes = ['application/json'] as const

// Registered by nobody but the last (RFC 7464); these are the ones that log shippers and SDKs send.
export const lineTypes = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
  'application/json-lines',
  'application/json+lines',
  'application/stream+json',
  'application/x-json-stream',
  'application/x-ldjson',
  'application/ldjson',
  'text/x-ndjson',
  'text/ndjson',
  'text/jsonl',
  'application/json-seq',
] as const

const lines = new Set<string>(lineTypes)

/**
 * The form that a `Content-Type` names: one JSON value, one a line, or either where it does not tell.
 * @returns undefined for a header that names another media type
 */
export function formNamed(
  header: string | null | undefined,
): 'document' | 'lines' | 'message' | undefined {
  const type = mediaType(header)
  if (type === undefined) return header ? undefined : 'message'
  if (lines.has(type)) return 'lines'
  if (isJsonType(type)) return 'document'
  return mayBeJson(type) ? 'message' : undefined
}
