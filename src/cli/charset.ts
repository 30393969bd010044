import { CommandError } from './failure'

/** Turns the bytes of a file into text, chunk by chunk. */
export interface Decoding {
  /** @throws {CommandError} for bytes that are text of no known charset */
  write(chunk: Uint8Array): string
  end(): string
  /** The charset, where it is another than UTF-8; known once its first such byte was read. */
  charset(): string | undefined
}

type Utf16 = 'utf-16le' | 'utf-16be'

/**
 * Makes a decoder of text in UTF-8, UTF-16 (by its mark, or by the zeros beside the brackets that
 * JSON begins with) or Latin-1 (as Windows has it, 1252): bytes that are not UTF-8, in a file that
 * has no character beyond ASCII which is.
 * @param file the name for messages
 */
export function createDecoding(file: string): Decoding {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let other: TextDecoder | undefined
  let name: string | undefined
  let carry = Buffer.alloc(0)
  let hasBegun = false
  let hasUtf8 = false
  let offset = 0

  function begin(bytes: Buffer): void {
    hasBegun = true
    const utf16 = utf16Of(bytes)
    if (utf16 === 'utf-32') throw new CommandError(`${file} is UTF-32, which is not read`)
    if (utf16 === undefined) return
    other = new TextDecoder(utf16)
    name = 'UTF-16'
  }

  function decode(bytes: Buffer): string {
    if (other !== undefined) return other.decode(bytes, { stream: true })
    const from = offset
    offset += bytes.length
    try {
      const text = utf8.decode(bytes)
      if (text.length !== bytes.length) hasUtf8 = true
      return text
    } catch {
      // A broken byte in UTF-8 is told from another charset below.
    }
    const text = bytes.toString('utf8')
    if (hasUtf8 || /[^\0-\u007f\ufffd]/.test(text)) {
      const at = from + Buffer.byteLength(text.slice(0, text.indexOf('\ufffd')))
      throw new CommandError(
        `${file} is not UTF-8, nor text of another charset throughout: see the byte at offset ${at}`,
      )
    }
    other = new TextDecoder('windows-1252')
    name = 'Latin-1'
    return other.decode(bytes, { stream: true })
  }

  return {
    write(chunk) {
      const bytes = carry.length === 0 ? Buffer.from(chunk) : Buffer.concat([carry, chunk])
      if (!hasBegun) {
        // Four bytes tell the charset.
        if (bytes.length < 4) {
          carry = bytes
          return ''
        }
        begin(bytes)
      }
      const end = other === undefined ? wholeCharacters(bytes) : bytes.length
      carry = Buffer.from(bytes.subarray(end))
      return decode(bytes.subarray(0, end))
    },
    end() {
      if (!hasBegun) begin(carry)
      const rest = decode(carry)
      return rest + (other?.decode() ?? '')
    },
    charset: () => name,
  }
}

/** JSON begins with a character of ASCII, which is half zeros in UTF-16 (RFC 4627, 3). */
function utf16Of(bytes: Buffer): Utf16 | 'utf-32' | undefined {
  const [a, b, c, d] = bytes
  const isLittle = (a === 0xff && b === 0xfe) || (a !== 0 && b === 0)
  const isBig = (a === 0xfe && b === 0xff) || (a === 0 && b !== 0)
  if ((isLittle && c === 0 && d === 0) || (a === 0 && b === 0)) return 'utf-32'
  if (isLittle) return 'utf-16le'
  return isBig ? 'utf-16be' : undefined
}

/** Finds where the last character of UTF-8 ends that is whole. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return bytes.length
    if (byte < 0xc0) continue // a byte that follows another
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
