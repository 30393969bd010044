import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { inTurns } from '../syntax/steps'
import { decodingCharset } from './charset'
import type { Decoded, OddBody } from './decoded'
import { bodyTooLarge, decodePlain } from './plain'
import { type Compression, hasZlibHeader, type Packed, unpack } from './unpack'

// A sender's library and the proxy behind it may have compressed one after the other; a third layer
// is nobody's mistake.
const MAX_LAYERS = 2

/**
 * Decodes bytes whose headers say too little or something wrong: by their first bytes they are
 * decompressed, and by all of them their charset is known. Every guess is noted.
 * @throws {AppError} `invalid_encoding`, naming the charset and the first byte that is not of it;
 * `too_large`, `busy`
 */
export async function recognise(
  body: OddBody,
  { maxBytes, mayBreak }: { maxBytes: number; mayBreak?: boolean },
): Promise<Decoded> {
  const { lease, charset } = body
  let { bytes } = body
  const notes: Issue[] = []
  for (let layer = 0; layer < MAX_LAYERS; layer += 1) {
    const encoding = compressionOf(bytes)
    const unpacked = encoding && (await unpackedOr({ lease, encoding, bytes }, maxBytes))
    if (unpacked === undefined) break
    notes.push(noteOfCompression(encoding!))
    bytes = unpacked
  }
  try {
    const decoded = await inTurns(decodingCharset(bytes, charset, mayBreak))
    return { ...decoded, notes: [...notes, ...decoded.notes] }
  } catch (thrown) {
    const markless = notes.length === 0 && thrown instanceof AppError
    const found = markless ? await withoutMark({ lease, bytes }, maxBytes) : undefined
    if (found === undefined) throw thrown
    return found
  }
}

/**
 * Reads a body that is not compressed, though its header says so: a proxy unpacked it, and left the
 * header as it was.
 * @param thrown why it could not be decompressed
 * @returns undefined when the body is no text that begins as JSON does
 */
export function plainDespite(thrown: unknown, { encoding, bytes }: Packed): Decoded | undefined {
  if (!(thrown instanceof AppError) || thrown.code !== 'invalid_encoding') return undefined
  const text = decodePlain(bytes)
  if (text === undefined || !beginsAsJson(text)) return undefined
  const message = `The body is not compressed, though Content-Encoding says ${encoding}: it was read as it is`
  return {
    text,
    notes: [{ path: ['Content-Encoding'], message, code: 'content_encoding_mismatch' }],
  }
}

/** Knows a compression by the bytes with which it begins. */
function compressionOf(bytes: Uint8Array): Compression | undefined {
  const [first, second, third, fourth] = bytes
  // RFC 1952, 2.3.1.
  if (first === 0x1f && second === 0x8b) return 'gzip'
  // RFC 8878, 3.1.1: the number 0xFD2FB528, its lowest byte first.
  if (first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd) return 'zstd'
  // A window of 32 KB, as all writers have it; other texts begin with `x` and a fit second byte, too,
  // and do not unpack.
  return first === 0x78 && hasZlibHeader(bytes) ? 'deflate' : undefined
}

/** @returns undefined when the bytes only looked as if they were compressed */
async function unpackedOr(
  packed: Pick<Packed, 'lease' | 'encoding' | 'bytes'>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  let unpacked: Uint8Array | undefined
  try {
    unpacked = await unpack(packed, maxBytes)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'invalid_encoding') return undefined
    throw thrown
  }
  if (unpacked === undefined) throw bodyTooLarge(maxBytes)
  return unpacked
}

/** Tries the compressions that have no mark to know them by; what comes out has to be JSON's text. */
async function withoutMark(
  { lease, bytes }: Pick<OddBody, 'lease' | 'bytes'>,
  maxBytes: number,
): Promise<Decoded | undefined> {
  for (const encoding of ['br', 'deflate'] as const) {
    const unpacked = await unpackedOr({ lease, encoding, bytes }, maxBytes).catch((thrown) => {
      // Bytes that are neither may begin as a long text would.
      if (thrown instanceof AppError && thrown.code === 'too_large') return undefined
      throw thrown
    })
    const text = unpacked && decodePlain(unpacked)
    if (text !== undefined && beginsAsJson(text)) {
      return { text, notes: [noteOfCompression(encoding)] }
    }
  }
  return undefined
}

function beginsAsJson(text: string): boolean {
  return /^\s*[[{"]/.test(text)
}

function noteOfCompression(encoding: Compression): Issue {
  const message = `The body was recognised as ${encoding} and decompressed. Send Content-Encoding: ${encoding}`
  return { path: ['Content-Encoding'], message, code: 'content_encoding_recognised' }
}
