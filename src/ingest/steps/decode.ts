import { decodeWire, type WireBody } from '../../wire/body'
import type { Decoded } from '../../wire/decoded'
import { type Unreadable, unreadableOr } from '../arrival'

/** Decompresses and decodes a body, once its lease has room for the values in it. */
export function decodeWith({ maxBodyBytes }: { maxBodyBytes: number }) {
  /** @throws {AppError} `too_large` */
  return async function decode(body: WireBody): Promise<Decoded | Unreadable> {
    try {
      return await decodeWire(body, { maxBytes: maxBodyBytes, mayBreak: true })
    } catch (thrown) {
      return unreadableOr(thrown)
    }
  }
}
