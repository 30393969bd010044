import { AppError } from '../error/app-error'

const utf8 = new TextDecoder('utf-8', { fatal: true })

// The byte order mark of UTF-8 begins with it (RFC 3629, 6), and no JSON does.
const FIRST_OF_MARK = 0xef

/**
 * Decodes what is plainly UTF-8, as nearly every body is.
 * @returns undefined for anything else: other charsets, compressed bodies, byte order marks
 */
export function decodePlain(bytes: Uint8Array): string | undefined {
  // UTF-16 has a zero beside each character of ASCII, with which every JSON begins (RFC 4627, 3).
  if (bytes.length > 1 && (bytes[0] === 0 || bytes[1] === 0)) return undefined
  if (bytes[0] === FIRST_OF_MARK) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

export function bodyTooLarge(maxBytes: number): AppError {
  return new AppError('too_large', `A body may have at most ${maxBytes} bytes, also decompressed.`)
}
