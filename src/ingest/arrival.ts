import { AppError } from '../error/app-error'
import type { ErrorCode } from '../error/codes'
import type { Issue } from '../error/issue'
import type { ReadItem, Reading } from '../event/reading'
import type { Repair, ServerFacts } from '../event/record'
import type { SourceMode } from '../platform/registry/sources'
import type { BodyForm, Standard } from '../standards/standard'
import type { WireBody } from '../wire/body'

/** Who sent something, and what the server saw of it. */
export interface Sender {
  tenantId: string
  sourceId: string
  server: ServerFacts
}

/** A body that a known sender sent, by whichever way it came. */
export interface Arrival {
  sender: Sender
  standard: Standard
  form: BodyForm
  /** `Content-Type`, where there are headers. */
  contentType?: string | undefined
  body: WireBody
}

/** Where the items of a reading came from. */
export interface Origin extends Sender {
  /** ISO 8601 UTC. */
  receivedAt: string
  /** The mode of the source; lenient when absent, as for a person who replays what was refused. */
  mode?: SourceMode | undefined
  /** The change that somebody made to it since. */
  repair?: Repair | undefined
  /** From when on the hot copy's time counts, ISO 8601 UTC; by default, from its arrival. */
  storedAt?: string | undefined
}

/** An item that can be an event. */
export type Readable = Extract<ReadItem, { event: unknown }>

/** An item that cannot be stored as an event, with every reason. */
export type Refused = Exclude<ReadItem, Readable>

/** An item that is in the event store now, and whether it was before. */
export interface Stored {
  item: Readable
  isDuplicate: boolean
}

/** How the items of a reading fared, each list in the order of the request. */
export interface Outcome {
  stored: Stored[]
  refused: Refused[]
}

/** The outcome for a body that cannot be decoded, verified or read. */
export interface Unreadable {
  /** As its sender is told. */
  code: ErrorCode
  message: string
  /** At least one. */
  errors: Issue[]
}

/** One body of a batch: its text, and its reading unless it has none. */
export type Part = { text: string } & ({ reading: Reading } | { unreadable: Unreadable })

/** What a body was read as: itself, or the parts of a batch. */
export type Parsed = Reading | Part[]

export function isUnreadable(outcome: string | object): outcome is Unreadable {
  return typeof outcome === 'object' && 'code' in outcome
}

/** The outcome that a refusal is: every reason, or the refusal itself for one. */
export function unreadableBy({ code, message, errors }: AppError): Unreadable {
  return { code, message, errors: errors.length > 0 ? [...errors] : [{ path: [], message, code }] }
}

/**
 * As `unreadableBy`, of whatever was thrown. What is too large is no outcome of its body: it is sent
 * again in pieces, and nothing of it is quarantined.
 * @throws {unknown} everything that is no refusal
 */
export function unreadableOr(thrown: unknown): Unreadable {
  if (!(thrown instanceof AppError) || thrown.code === 'too_large') throw thrown
  return unreadableBy(thrown)
}
