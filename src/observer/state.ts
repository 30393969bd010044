import type { ObserverSettings } from '../platform/registry/sources'
import type { BlobPlace } from './blob-place'
import type { Refusal, Sent } from './frame'
import type { ObservedIdentity } from './identity'
import { type Locked, nothingLocked } from './lock'
import type { Members } from './members'

/** All that is known of a connection between two frames. It is JSON, so that a document can keep it. */
export interface ObserverState {
  /** The form can change with a later version. */
  form: 1
  connectionId: string
  /** ISO 8601 UTC. */
  openedAt: string
  /** The number of the latest frame. */
  frames: number
  locked: Locked
  /** Identity in events that wait: the first that came under each name. */
  claims: Members
  identity?: ObservedIdentity
  /** Among what waits are other frames than `lock_fields`. */
  hasEvent: boolean
  /** Events no longer wait for a source: one is locked, or none came in time. */
  isSourced: boolean
  /** The record of the connection itself is on its way. */
  isNoted: boolean
  /** Since then there has been an event of a known source and no learner, ISO 8601 UTC. */
  unknownSince?: string
  /** The client has been told this of its identity. */
  toldUnknown?: string
  /** The client was told then that it is blocked, ISO 8601 UTC. */
  toldBlocked?: string
  waiting: Sent[]
  /** They have so many characters. */
  waitingLength: number
}

/** The person whose token opened the connection, and the settings of its source. */
export interface Terms {
  personId?: string | undefined
  settings: ObserverSettings | undefined
}

/** Something to be done, in this order. Frames are named by their numbers. */
export type Effect =
  /** The item of a frame is to be stored as an event (`n` is 0 for the connection as a whole). */
  | { kind: 'store'; n: number; item: string; isEnd?: true }
  /** The item of a frame is to be put in quarantine. */
  | { kind: 'keep'; n: number; item: string; refusal: Refusal }
  /** `item` is the whole frame, for quarantine if its sender is blocked. */
  | { kind: 'saveBlob'; n: number; of: BlobPlace; blob: string; item: string }
  | { kind: 'fetchBlob'; n: number; of: BlobPlace; before?: string }
  | { kind: 'answer'; text: string }

export function newState(connectionId: string, openedAt: string): ObserverState {
  return {
    ...{ form: 1, connectionId, openedAt, frames: 0, locked: nothingLocked, claims: {} },
    ...{ hasEvent: false, isSourced: false, isNoted: false, waiting: [], waitingLength: 0 },
  }
}
