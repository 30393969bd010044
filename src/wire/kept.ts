import { AppError } from '../error/app-error'
import { unbounded } from '../memory/budget'
import { decodeWire, type WireBody } from './body'
import { compressionNamed } from './unpack'

/** A body or an item is kept as its text, or as the base64 of its bytes where `context` says so. */
export interface Kept {
  raw: string
  context: Record<string, string>
}

/** Tells whether the bytes are kept, and not a text. */
export function isKeptAsBytes({ context }: Pick<Kept, 'context'>): boolean {
  return context.encoding === 'base64'
}

/** Makes a body of what is kept, as it came over the wire. */
export function keptBody(kept: Kept): WireBody {
  const lease = unbounded
  const { raw, context } = kept
  if (!isKeptAsBytes(kept)) return { lease, encoding: 'identity', text: raw, hasRoom: true }
  const bytes = new Uint8Array(Buffer.from(raw, 'base64'))
  const { charset, contentEncoding } = context
  return { lease, encoding: compressionNamed(contentEncoding) ?? 'unknown', bytes, charset }
}

// A body of six megabytes may come out as so many; what is larger was refused, and not kept.
const MAX_SEARCHED = 64 * 1024 * 1024

/**
 * Returns the text in which people are looked for: what was kept as bytes is decompressed and decoded,
 * and where it cannot be, every byte is a character.
 */
export async function searchedText(kept: Kept): Promise<string> {
  if (!isKeptAsBytes(kept)) return kept.raw
  try {
    const limits = { maxBytes: MAX_SEARCHED, mayBreak: true }
    return (await decodeWire(keptBody(kept), limits)).text
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    return Buffer.from(kept.raw, 'base64').toString('latin1')
  }
}
