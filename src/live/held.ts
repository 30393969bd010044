import type { StoredRecord } from '../platform/live-feed'
import type { Shares } from './shares'

/** A record that may wait in many queues, and takes memory once. */
export interface Held {
  readonly stored: StoredRecord
  readonly bytes: number
  /** Tells it from others: who keeps the number keeps no memory of the record. */
  readonly number: number
  /** So many queues hold it. */
  holders: number
}

let made = 0

// Beside its text a record is some forty short strings, and the engine's objects around them.
const RECORD_BYTES = 2048

/** Wraps a record; a character of text takes one or two bytes. */
export function heldOf(stored: StoredRecord): Held {
  made += 1
  const bytes = stored.record.raw.length * 2 + RECORD_BYTES
  return { stored, bytes, number: made, holders: 0 }
}

/** @returns false when the tenant has no memory left for it */
export function hold(memory: Shares, one: Held): boolean {
  if (one.holders === 0 && !memory.take(one.stored.record.tenantId, one.bytes)) return false
  one.holders += 1
  return true
}

export function letGo(memory: Shares, one: Held) {
  one.holders -= 1
  if (one.holders === 0) memory.release(one.stored.record.tenantId, one.bytes)
}
