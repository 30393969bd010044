import { createHash } from 'node:crypto'
import { membersIn } from '../syntax/json-elements'
import type { Sent } from './frame'
import type { ObservedIdentity } from './identity'
import { type Locked, splitLocked } from './lock'

/*
 * The item that is kept of a frame, as one JSON text: what the client said, what it had locked, and what
 * the server says stand apart in it.
 *
 *   { "client": …the frame, to the letter…, "locked": {…}, "lockedIn": {"browserInfo": 4},
 *     "auth": {"sec", "providence", "userId", "safeUserId", "method"},
 *     "connection": {"id", "frame", "at"} }
 *
 * A frame that is no JSON object stands as a string. A blob is kept as a document, and here by its hash.
 */

/** This is the same for all frames of a connection between two `lock_fields`. */
export interface Around {
  connectionId: string
  locked: Locked
  identity: ObservedIdentity | undefined
}

// It is the same object until something is locked; written once for all frames in between.
const written = new WeakMap<Locked, string>()

function lockedText(locked: Locked): string {
  const known = written.get(locked)
  if (known !== undefined) return known
  const { short, in: lockedIn } = splitLocked(locked)
  const fresh = `"locked":${JSON.stringify(short)},"lockedIn":${JSON.stringify(lockedIn)}`
  written.set(locked, fresh)
  return fresh
}

/** Writes the item of a frame. @param isJson the frame is one JSON object */
export function envelope(sent: Sent, isJson: boolean, around: Around): string {
  const { text, isBinary, n, at } = sent
  const client = isJson ? text.trim() : JSON.stringify(text)
  const encoding = isBinary ? ',"encoding":"base64"' : ''
  return `{"client":${client}${encoding},${rest({ n, at }, around)}}`
}

/** Writes the item of a `save_blob`: its blob by hash and size. @returns the blob as it was sent, too */
export function blobEnvelope(sent: Sent, around: Around): { item: string; blob: string } {
  const members = [...(membersIn(sent.text) ?? [])]
  const blob = members.find(([name]) => name === 'blob')?.[1] ?? 'null'
  const others = members.filter(([name]) => name !== 'blob')
  const client = others.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')
  const bytes = Buffer.byteLength(blob)
  const sha256 = createHash('sha256').update(blob).digest('hex')
  const said = `"blob":${JSON.stringify({ sha256, bytes })}`
  return { item: `{"client":{${client}},${said},${rest(sent, around)}}`, blob }
}

function rest({ n, at }: Pick<Sent, 'n' | 'at'>, { connectionId, locked, identity }: Around) {
  const connection = { id: connectionId, frame: n, at }
  const auth = `"auth":${JSON.stringify(identity ?? null)}`
  return `${lockedText(locked)},${auth},"connection":${JSON.stringify(connection)}`
}

/** Writes the item that stands for a connection as a whole, an entity. */
export function sessionItem({ connectionId, locked, identity }: Around, openedAt: string): string {
  const { source, version } = locked.fields
  const session = { source, version, openedAt }
  const connection = { id: connectionId, frame: 0, at: openedAt }
  return JSON.stringify({ session, auth: identity ?? null, connection })
}
