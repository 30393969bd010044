import type { Scope } from '../kept/places'
import type { LoadedReducer } from '../loaded'
import type { Failure } from '../run/fold'
import type { Done } from '../run/live-document'

/** A worker is started with this. */
export interface Start {
  /** The modules to load, in this order. */
  files: readonly { path: string; origin: string }[]
  /** Modules that ran too long while they were loaded are passed over. */
  passedOver: readonly string[]
  hasBuiltIn: boolean
  progress: SharedArrayBuffer
}

/** Places in `progress`. */
export const BEAT = 0 // changes with each event
export const REDUCER = 1 // at work, or -1
export const PLACE = 2 // of its event in the batch; of the module while they are loaded
export const PROGRESS_BYTES = 3 * Int32Array.BYTES_PER_ELEMENT

/** The worker has loaded all modules. */
export interface Ready {
  loaded: LoadedReducer[]
  problems: string[]
}

/** A slot takes events of its tenant in, but those at these places. */
export interface Slot {
  tenantId: string
  slot: string
  reducer: number
  isShown?: boolean | undefined
  not?: readonly number[] | undefined
}

/** Events for a worker, which keeps them until the next. */
export interface Job {
  /** A list of records as JSON (`PlainRecord`): a text goes to a thread for less than objects do. */
  records: string
  positions?: readonly number[] | undefined
  isBuilding: boolean
  /** States stay in memory until they are asked for (`flush`). */
  isCached: boolean
  now: string
  slots: readonly Slot[]
}

/** The worker needs this document, by its number in the job. */
export interface Needed {
  planned: number
  tenantId: string
  of: Scope
}

/** A document of a job, as it is kept. */
export interface Held {
  planned: number
  document?: { bytes: Uint8Array; etag: string } | undefined
}

/** A document that is to be kept. */
export interface Ripe {
  tenantId: string
  of: Scope
  /** It takes the place of what has this. */
  etag?: string | undefined
  /** Absent when nothing is to be written: nothing changed, or it is too large for any store (`isTooLarge`). */
  bytes?: Uint8Array | undefined
  isTooLarge?: boolean | undefined
  isDamaged?: boolean | undefined
  newPlaces: string[]
  /** How reducers fared with it; of documents in memory that was told before, but for what was shown. */
  done: Done[]
}

/** Says of all documents of a job how a reducer fared. */
export interface Sum {
  reducer: number
  applied: number
  repeated: number
  failed: number
  failures: Failure[]
  ms: number
}

/** Which documents in memory are asked for: all; of a tenant; of some of its learners. */
export interface Which {
  tenantId?: string | undefined
  learners?: readonly string[] | undefined
}

/** One that was to be kept is kept under this etag, or was not written. */
export interface Kept {
  tenantId: string
  of: Scope
  etag?: string | undefined
}

/** By reducer and name of an event (`''` for showing a state): the reducer ran too long. */
export type Hung = ReadonlyMap<number, ReadonlyMap<string, string>>

export type Question =
  | { plan: Job; hung: Hung }
  | { reduce: readonly Held[] }
  | { flush: Which; hung: Hung }
  | { kept: readonly Kept[] }
  | { drop: Which }
export type Ask = { id: number } & Question

export type Answer =
  | { ready: Ready }
  | { id: number; needed: Needed[] }
  | { id: number; ripe: Ripe[] }
  /** `isFull`: there are more documents in memory than there may be, for all are to be written. */
  | { id: number; sums: Sum[]; isFull: boolean }
  | { id: number; done: true }
  | { id: number; failed: string }

/** Names an event for `Hung`. */
export function eventNameOf({ tenantId, eventId }: { tenantId: string; eventId: string }): string {
  return `${tenantId} ${eventId}`
}
