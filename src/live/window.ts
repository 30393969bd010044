import type { StoredRecord } from '../platform/live-feed'
import { type Held, hold, letGo } from './held'
import type { Shares } from './shares'

/** A place in the feed: a position, or the record behind which it is, whose position costs to make. */
export type Place = string | StoredRecord

export function positionOf(place: Place): string {
  return typeof place === 'string' ? place : place.position()
}

// More than arrives while a page is read, also where that takes a second.
const MAX_RECORDS = 4096

/**
 * The window has the newest records of a tenant while some subscriber reads the feed: who has read
 * up to a place within it goes on from there, and has missed nothing.
 */
export interface Window {
  /** A reader needs it from now on. @param head where the feed is @returns a function that ends it */
  open(head: Place): () => void
  add(one: Held): void
  /** Begins anew behind a place: something was passed over. */
  restart(head: Place): void
  /** Tells behind which place it has everything. */
  start(): Place
  records(): readonly Held[]
}

export function createWindow(memory: Shares): Window {
  let readers = 0
  let begin: Place = ''
  let held: Held[] = []

  function restart(head: Place) {
    for (const one of held) letGo(memory, one)
    held = []
    begin = head
  }

  return {
    open(head) {
      if (readers === 0) restart(head)
      readers += 1
      return () => {
        readers -= 1
        if (readers === 0) restart('')
      }
    },

    add(one) {
      if (readers === 0) return
      if (!hold(memory, one)) return restart(one.stored)
      held.push(one)
      if (held.length <= MAX_RECORDS) return
      const oldest = held.shift()!
      begin = oldest.stored
      letGo(memory, oldest)
    },

    restart,
    start: () => begin,
    records: () => held,
  }
}
