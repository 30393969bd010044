import { strictDecoder } from './decoder'

// A part of so many bytes is searched byte by byte, once it is known to hold the place.
const PART_BYTES = 4 * 1024

/**
 * Finds the first byte at which text in a charset goes wrong.
 * @param name as the Encoding Standard has it
 * @returns its offset; the length when only the end is missing
 */
export function firstBadByte(bytes: Uint8Array, name: string): number {
  const decoder = strictDecoder(name)
  const isFit = (part: Uint8Array, by = decoder) => {
    try {
      by.decode(part, { stream: true })
      return true
    } catch {
      return false
    }
  }
  let from = 0
  while (from < bytes.length && isFit(bytes.subarray(from, from + PART_BYTES))) from += PART_BYTES
  if (from >= bytes.length) return bytes.length

  const careful = strictDecoder(name)
  isFit(bytes.subarray(0, from), careful)
  let at = from
  while (at < bytes.length && isFit(bytes.subarray(at, at + 1), careful)) at += 1
  return at
}
