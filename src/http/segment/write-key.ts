import { firstElementIn, membersIn } from '../../syntax/json-elements'
import type { PlainBody } from '../../wire/body'
import { decodeWire } from '../../wire/body'
import { readWire } from '../body'
import type { AppContext } from '../context'

/** A body that shows its own key, and the key. */
export interface Shown {
  body: PlainBody
  /** Undefined where the body shows none. */
  key: string | undefined
}

// Segment takes 500 KB a batch. Of a sender that shows no key before its body, no more is read.
const MAX_BYTES = 512 * 1024

interface Limits {
  maxBodyBytes: number
  bodyTimeoutSeconds: number
}

/**
 * Reads a body whose key is in it, as pages send it that can set no header. The key is taken out of
 * the text: events are read by those who may not send.
 * @throws {AppError} as `readWire` and `decodeWire`
 */
export async function readShowing(c: AppContext, limits: Limits): Promise<Shown> {
  const maxBytes = Math.min(limits.maxBodyBytes, MAX_BYTES)
  const wire = await readWire(c, { ...limits, maxBodyBytes: maxBytes })
  const { text } = await decodeWire(wire, { maxBytes })
  const key = keyIn(text)
  const without = key === undefined ? text : text.replaceAll(JSON.stringify(key), '""')
  return { key, body: { lease: wire.lease, encoding: 'identity', text: without, hasRoom: true } }
}

/** Returns the `writeKey` of a message or a batch, or of the first message of one. */
function keyIn(text: string): string | undefined {
  const members = membersIn(text)
  const list = members?.get('batch')
  const first = list === undefined ? undefined : firstElementIn(list)
  const shown = members?.get('writeKey') ?? (first && membersIn(first)?.get('writeKey'))
  if (shown === undefined || !shown.startsWith('"')) return undefined
  try {
    return JSON.parse(shown) || undefined
  } catch {
    return undefined
  }
}
