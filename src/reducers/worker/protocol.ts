import type { PlainRecord } from '../event'
import type { Scope } from '../kept/places'
import type { LoadedReducer } from '../loaded'
import type { Reduced, Task } from '../run/reduce-document'

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
  records: readonly PlainRecord[]
  positions?: readonly number[] | undefined
  isBuilding: boolean
  now: string
  slots: readonly Slot[]
}

export interface Planned {
  tenantId: string
  of: Scope
  tasks: Task[]
}

/** Documents of a job, by their places among the planned. */
export interface Held {
  planned: number
  bytes?: Uint8Array | undefined
}

export type Ask =
  | { id: number; plan: Job }
  | {
      id: number
      reduce: readonly Held[]
      /** By slot: events on which a reducer ran too long. */
      hung: ReadonlyMap<string, ReadonlyMap<number, string>>
    }

export type Answer =
  | { ready: Ready }
  | { id: number; planned: Planned[] }
  | { id: number; reduced: Reduced[] }
  | { id: number; failed: string }
