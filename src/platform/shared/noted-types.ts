import { hourOf } from './tally'

/** Types that are too many to be told apart are counted under this name. */
export const OTHER_TYPE = 'other'
/** An hour of one type has a slot for each minute, with its count. */
export const SLOTS_OF_AN_HOUR = 60

/** Tells which slot of its hour a time lies in, from 0. */
export function slotIn(time: string): number {
  return Number(time.slice(14, 16))
}

/** The counts of one type in one hour, by slot. */
export interface TypeHour {
  type: string
  /** The hour is written as `2026-11-21T09`. */
  hour: string
  slots: number[]
}

/** So many types of all tenants may wait to be written; each takes a few hundred bytes. */
export const MAX_NOTED_TYPES = 20_000

/** Noted events of one type wait to be written: of one hour, by slot. */
export interface NotedTypes extends TypeHour {
  tenantId: string
  lastSeenAt: string
}

/** Notes events until they are written; what is added never fails and never waits. */
export function createNotedTypes() {
  let noted = new Map<string, NotedTypes>()
  /** By tenant, what arrived before then is not counted any more. */
  const forgotten = new Map<string, string>()

  function note({ tenantId, type, hour, slots, lastSeenAt }: NotedTypes) {
    const key = `${tenantId}\0${hour}\0${type}`
    const isFull = noted.size >= MAX_NOTED_TYPES && type !== OTHER_TYPE && !noted.has(key)
    const name = isFull ? OTHER_TYPE : type
    const place = isFull ? `${tenantId}\0${hour}\0${OTHER_TYPE}` : key
    const sum = noted.get(place)
    if (sum === undefined) {
      noted.set(place, { tenantId, type: name, hour, slots: [...slots], lastSeenAt })
      return
    }
    for (const [at, count] of slots.entries()) sum.slots[at]! += count
    if (lastSeenAt > sum.lastSeenAt) sum.lastSeenAt = lastSeenAt
  }

  return {
    note,
    size: () => noted.size,

    add(tenantId: string, at: string, types: ReadonlyMap<string, number>) {
      if (at < (forgotten.get(tenantId) ?? '')) return
      const hour = hourOf(at)
      const slot = slotIn(at)
      for (const [type, count] of types) {
        const sum = noted.get(`${tenantId}\0${hour}\0${type}`)
        if (sum === undefined) {
          const slots = new Array<number>(SLOTS_OF_AN_HOUR).fill(0)
          slots[slot] = count
          note({ tenantId, type, hour, slots, lastSeenAt: at })
        } else {
          sum.slots[slot]! += count
          if (at > sum.lastSeenAt) sum.lastSeenAt = at
        }
      }
    },

    /** Remembers that what arrived before a time, and is counted only now, is not to be. */
    forget(tenantId: string, time: string) {
      if (time > (forgotten.get(tenantId) ?? '')) forgotten.set(tenantId, time)
    },

    /** Takes what is noted, at most so many. */
    take(most = Number.POSITIVE_INFINITY): NotedTypes[] {
      const all = [...noted.values()]
      noted = new Map()
      for (const left of all.splice(most)) note(left)
      return all
    },
  }
}
