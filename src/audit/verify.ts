import { AppError } from '../error/app-error'
import type { DocumentStore } from '../platform/document-store'
import type { SecretBox } from '../platform/secret-box'
import { ENTRIES, isGenuine, type Link, readEntry, sequenceOf } from './entry'
import type { Head, Heads } from './head'
import type { AuditFault, AuditTrail, AuditVerdict } from './trail'

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'list'>
  heads: Pick<Heads, 'read'>
  box(): Promise<SecretBox>
}

// So many are read at a time.
const AT_ONCE = 50
// A call of so many takes some seconds on AWS, and a function has thirty.
const MAX_ENTRIES = 10_000

export function createVerify({ documents, heads, box }: Needs): AuditTrail['verify'] {
  return async function verify(tenantId, { cursor: given } = {}) {
    // Read before the entries: what is appended meanwhile is beyond it.
    const { head, isKept } = await heads.read(tenantId)
    const opened = await box()
    const place = given === undefined ? undefined : placeIn(given)
    const begun = place?.last ?? head.base
    let last: Link = begun
    let entries = 0

    /** Looks at one entry that stands where the next should. */
    function faultIn(
      key: readonly string[],
      bytes: Uint8Array | undefined,
    ): AuditFault | undefined {
      const expected = last.sequence + 1
      const sequence = sequenceOf(key)
      if (sequence === undefined) {
        return fault('added', expected, 'something that is no entry stands in the trail')
      }
      if (sequence > expected) return fault('removed', expected, 'it is missing')
      const entry = bytes && readEntry({ bytes })
      if (entry === undefined) return fault('altered', sequence, 'it cannot be read')
      if (entry.sequence !== sequence || !isGenuine(entry, tenantId, opened)) {
        const isBeyond = sequence > head.last.sequence
        return isBeyond
          ? fault('added', sequence, 'it was not made by Nonius')
          : fault('altered', sequence, 'it does not say what it said when it was made')
      }
      if (entry.previous !== last.hash) {
        return fault('altered', sequence, 'it was made after another entry than the one before it')
      }
      last = entry
      entries += 1
      if (sequence === head.last.sequence && entry.hash !== head.last.hash) {
        return fault('altered', sequence, 'it is another entry than was appended')
      }
      return undefined
    }

    for (let cursor = place?.cursor; ; ) {
      const page = await documents.list(tenantId, ENTRIES, { limit: AT_ONCE, cursor })
      const asked = page.items.filter(({ key }) => !isForgotten(key, head) && !isOfBefore(key))
      const found = await Promise.all(asked.map(({ key }) => documents.get(tenantId, key)))
      for (const [at, { key }] of asked.entries()) {
        const wrong = faultIn(key, found[at]?.bytes)
        if (wrong !== undefined) return verdict(begun, entries, last, wrong)
      }
      if (page.nextCursor === undefined) break
      cursor = page.nextCursor
      if (entries < MAX_ENTRIES) continue
      const nextCursor = `${last.sequence}.${last.hash}.${cursor}`
      return { ...verdict(begun, entries, last), nextCursor }
    }
    if (!isKept && last.sequence > 0) {
      const next = last.sequence + 1
      const message = 'the head of the trail is gone or was overwritten, so its end cannot be told'
      return verdict(begun, entries, last, fault('removed', next, message))
    }
    const isShort = last.sequence < head.last.sequence
    const missing = isShort ? fault('removed', last.sequence + 1, 'it is missing') : undefined
    return verdict(begun, entries, last, missing)
  }
}

/** A version before there was a trail wrote down under `[audit, time, request]` who hid events. */
const isOfBefore = (key: readonly string[]) => key.length === 3

/** An entry that is to be removed for its age may still be there. */
function isForgotten(key: readonly string[], { base }: Head): boolean {
  const sequence = sequenceOf(key)
  return sequence !== undefined && sequence <= base.sequence
}

function fault(kind: AuditFault['kind'], sequence: number, why: string): AuditFault {
  return { kind, sequence, message: `Entry ${sequence}: ${why}.` }
}

function verdict(
  begun: Link,
  entries: number,
  last: Link,
  wrong?: AuditFault | undefined,
): AuditVerdict {
  const first = entries === 0 ? 0 : begun.sequence + 1
  const whole = { entries, first, last: entries === 0 ? 0 : last.sequence, hash: last.hash }
  return { ...whole, ...(wrong && { fault: wrong }) }
}

/** Whoever makes a cursor up is told of a fault that is none, and nobody else. */
function placeIn(given: string): { last: Link; cursor: string } {
  const [, sequence, hash, cursor] = /^(\d{1,15})\.([0-9a-f]{64})\.(.+)$/s.exec(given) ?? []
  if (cursor !== undefined) return { last: { sequence: Number(sequence), hash: hash! }, cursor }
  throw new AppError('invalid_cursor', 'Use nextCursor as it was given.', {
    errors: [
      { path: ['cursor'], message: 'Not a cursor of a verification', code: 'invalid_cursor' },
    ],
  })
}
