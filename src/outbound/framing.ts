import type { Head } from './read-head'

/** The framing says how a body ends (RFC 9112, section 6.3). */
export type Framing =
  | { kind: 'none' }
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  | { kind: 'until closed' }

/** Reads the framing from a head. @throws {Error} when the head contradicts itself */
export function framingOf({ status, fields }: Head): Framing {
  if (status === 204 || status === 304) return { kind: 'none' }
  const codings = fields.get('transfer-encoding')
  const lengths = fields.get('content-length')?.flatMap((value) => value.split(','))
  if (codings !== undefined) {
    // Requests are smuggled with both together; an honest answer has one.
    if (lengths !== undefined) throw new Error('its length is given in two ways')
    if (codings.join().trim().toLowerCase() === 'chunked') return { kind: 'chunked' }
    throw new Error('its transfer encoding is not known')
  }
  if (lengths === undefined) return { kind: 'until closed' }
  const [length = '', ...more] = new Set(lengths.map((value) => value.trim()))
  // Fifteen digits are exact in a number, and a petabyte.
  if (more.length > 0 || !/^\d{1,15}$/.test(length)) throw new Error('its length cannot be read')
  const bytes = Number(length)
  return bytes === 0 ? { kind: 'none' } : { kind: 'length', bytes }
}

/** Reads the length of a chunk. Extensions (RFC 9112, section 7.1.1) are ignored. */
export function chunkLengthOf(line: string): number {
  const [, digits] = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line) ?? []
  if (digits === undefined) throw new Error('its chunks cannot be read')
  return Number.parseInt(digits, 16)
}
