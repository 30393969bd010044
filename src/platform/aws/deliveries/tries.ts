import { MAX_RESPONSE_BYTES, MAX_TRIES } from '../../delivery-log'
import type { AttemptRecord } from '../../delivery-queue'
import { type Attributes, bytes } from '../dynamo/attributes'
import { packed, unpacked } from './items'

/** Reads the attempts of a delivery's item, oldest first. */
export function triesOf({ tries }: Attributes): AttemptRecord[] {
  return tries?.B === undefined ? [] : (unpacked(tries.B) as AttemptRecord[])
}

/**
 * Makes the attribute that has one attempt more. A receiver that fails mostly answers the same page
 * again, which takes next to no room when the attempts are packed together. They are set as a
 * whole: after a lost reply the SDK says it again.
 */
export function withTry(
  tries: readonly AttemptRecord[],
  attempt: AttemptRecord | undefined,
): Attributes {
  if (attempt === undefined) return {}
  const latest = [...tries, { ...attempt, ...shortened(attempt) }].slice(-MAX_TRIES)
  return { tries: bytes(packed(latest)) }
}

/** Says what a receiver answered with no more bytes than are remembered. */
function shortened({ response }: AttemptRecord) {
  if (response === undefined || Buffer.byteLength(response) <= MAX_RESPONSE_BYTES) return {}
  // Decoding turns a character that was cut into a sign for what cannot be read, which goes too.
  const cut = Buffer.from(response).subarray(0, MAX_RESPONSE_BYTES).toString()
  return { response: cut.replace(/\uFFFD+$/, '') }
}

/** A receiver may have answered what it was sent: that goes when an event of it is erased. */
export function withoutResponses(tries: readonly AttemptRecord[]): Attributes {
  if (!tries.some(({ response }) => response !== undefined)) return {}
  return { tries: bytes(packed(tries.map(({ response: _, ...attempt }) => attempt))) }
}
