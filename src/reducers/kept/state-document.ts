import type { Scope } from './places'

/** Events of a state were in these courses and groups; both are absent for an event that names none. */
export interface StatePlace {
  course?: string | undefined
  group?: string | undefined
}

/** The state that one reducer has come to for one scope. */
export interface StateEntry {
  version: number
  state: unknown
  /** Readers are given this in place of the state, where the reducer says what they are shown. */
  shown?: unknown
  /** So many events are in it. */
  events: number
  /** So many were left out, since the reducer failed on them. */
  skipped?: number
  /** Arrival of the latest of them, ISO 8601 UTC. */
  through: string
  updatedAt: string
  /** The distinct places of its events, at most `MAX_PLACES`. */
  places: StatePlace[]
  /** If true, there were more of them. */
  morePlaces?: true
  /** All events of the feed up to this place are in it, where the feed has places (one machine). */
  at?: number
  /** These events are in it, where it was built from what the feed no longer has (`recent.ts`). */
  recent?: Recent
}

/** Short keys of the latest events, by the hour in which they were applied (`recent.ts`). */
export type Recent = Record<string, string>

/** All states of one scope. They are written together, and read together. */
export interface StateDocument {
  /** Whose it is, as the first event that came said it. */
  of: Scope
  /** By `slotOf` a reducer and its build. */
  entries: Record<string, StateEntry>
  /** Courses and groups of a learner that were noted for those who look there, on this day (`MEMBERS`). */
  told?: { day: string; places: string[] }
  /** These events are in all entries that wanted them, where the feed has no places (AWS). */
  recent?: Recent
}

// A teacher who may see a state has to teach all of them; a learner is in some ten courses at a time.
export const MAX_PLACES = 32

/** Names the entry of a reducer: each time that its states are built anew, they stand beside the old ones. */
export function slotOf(name: string, build: number): string {
  return `${name}#${build}`
}

export const JSON_TYPE = 'application/json'

export function encodeStates(document: StateDocument): Uint8Array {
  return Buffer.from(JSON.stringify(document))
}

export function decodeStates(bytes: Uint8Array): StateDocument {
  return JSON.parse(Buffer.from(bytes).toString()) as StateDocument
}
