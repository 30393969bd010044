import { gunzipSync, gzipSync } from 'node:zlib'
import type { RetentionClass } from '../../../event/record'

/** A leaf on its way into a tree, or in it: hashes and salts are base64, which JSON takes. */
export interface LeafRow {
  tenantId: string
  /** Null once it is forgotten, with its salt. */
  eventId: string | null
  salt: string
  hash: string
  of: 'sent' | 'kept'
  retentionClass: RetentionClass
  /** Its sender asked that it is kept for so many days; 0 for as long as its class is. */
  retentionDays: number
  /** The table got its event then, ms since 1970. */
  storedAt: number
}

/** Packs values as lines of JSON: hashes do not compress, and the rest does by a half. */
export function packLines(values: readonly unknown[]): Uint8Array {
  return gzipSync(values.map((value) => `${JSON.stringify(value)}\n`).join(''), { level: 1 })
}

export function* unpackLines<Value>(bytes: Uint8Array): Generator<Value> {
  const text = gunzipSync(bytes).toString()
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    yield JSON.parse(text.slice(at, end)) as Value
    at = end + 1
  }
}
