import type { Issue } from '../../../error/issue'
import type { EventType, TypesInForce } from '../../../event/event-type'
import type { ReadEvent } from '../../../event/reading'

// A character of the text, a UTF-16 unit, is at most so many bytes of UTF-8.
const MOST_BYTES = 3

/**
 * Says which limit of its type a payload breaks; it has to be sent smaller.
 * @returns undefined when it breaks none
 */
export function limitsBroken(
  { raw }: Pick<ReadEvent, 'raw'>,
  payload: unknown,
  { name, limits = {} }: EventType,
  { maxPayloadKeys }: TypesInForce,
  path: Issue['path'],
): Issue[] | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined
  const spec = `event type ${name}`
  const issues: Issue[] = []
  const mostBytes = limits.maxPayloadBytes
  // Most events are so short as a whole that nothing needs to be measured.
  if (mostBytes !== undefined && raw.length * MOST_BYTES > mostBytes) {
    const bytes = Buffer.byteLength(JSON.stringify(payload))
    if (bytes > mostBytes) {
      const message = `Expected at most ${mostBytes} bytes of JSON, got ${bytes}`
      issues.push({ path, message, code: 'payload_too_large', spec })
    }
  }
  const mostKeys = limits.maxPayloadKeys && (maxPayloadKeys ?? limits.maxPayloadKeys)
  if (mostKeys !== undefined && !Array.isArray(payload)) {
    const keys = Object.keys(payload).length
    if (keys > mostKeys) {
      const message = `Expected at most ${mostKeys} keys, got ${keys}`
      issues.push({ path, message, code: 'too_many_keys', spec })
    }
  }
  return issues.length > 0 ? issues : undefined
}
