import { randomUUID } from 'node:crypto'
import { multipartPieces } from './multipart'
import type { AttachedContent } from './pages'

/**
 * Writes an answer as multipart/mixed (1.0.3, Communication, 1.5.2): the JSON, then each attachment.
 */
export function multipartOf(json: Iterable<string>, contents: readonly AttachedContent[]) {
  // Nobody who sent any of the parts could know it.
  const boundary = randomUUID()
  const first = { headers: [['Content-Type', 'application/json']] as const, pieces: json }
  const others = contents.map(({ sha2, bytes, contentType }) => ({
    headers: [
      ['Content-Type', contentType],
      ['Content-Transfer-Encoding', 'binary'],
      ['X-Experience-API-Hash', sha2],
    ] as const,
    pieces: [bytes],
  }))
  const pieces = multipartPieces([first, ...others], boundary)
  return { contentType: `multipart/mixed; boundary=${boundary}`, pieces }
}
