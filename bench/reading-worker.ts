import { encodeSegments } from '../src/platform/local/log/segment'
import { recordsIn } from './reading'

// This thread reads bodies for the one that asks, and hands back records, or the lines of the log.

declare const self: Worker

self.onmessage = ({ data: { bytes, as } }: MessageEvent<{ bytes: Uint8Array; as: string }>) => {
  const records = recordsIn(bytes)
  if (as === 'records') {
    self.postMessage(records)
    return
  }
  const segments = [...encodeSegments(records)]
  // The index wants five hashes of an event; they go along as bytes.
  const hashes = new BigUint64Array(records.length * HASHES)
  records.forEach(({ eventId, actorId, type }, at) => {
    for (const [place, text] of [eventId, actorId, type, eventId, actorId].entries()) {
      hashes[at * HASHES + place] = BigInt(Bun.hash(text ?? ''))
    }
  })
  self.postMessage({ segments, hashes })
}

const HASHES = 5
