import { mediaType } from '../../syntax/media-type'

export const documentTypes = ['application/json'] as const

// Registered by nobody; these are the ones that log shippers and SDKs send.
export const lineTypes = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
] as const

const forms = new Map<string, 'document' | 'lines'>([
  ...documentTypes.map((type) => [type, 'document'] as const),
  ...lineTypes.map((type) => [type, 'lines'] as const),
])

/**
 * The form that a `Content-Type` names: one JSON value, or one a line.
 * @returns undefined for a header that is missing or names another media type
 */
export function formNamed(header: string | null | undefined): 'document' | 'lines' | undefined {
  const type = mediaType(header)
  return type === undefined ? undefined : forms.get(type)
}
