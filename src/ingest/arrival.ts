import { AppError } from '../error/app-error'
import type { ErrorCode } from '../error/codes'
import type { Issue } from '../error/issue'
import type { TypesInForce } from '../event/event-type'
import type { ReadItem, Reading } from '../event/reading'
import type { Withheld } from '../event/receipt'
import type { Repair, RetentionClass, ServerFacts } from '../event/record'
import type { Counted } from '../governance/governing'
import type { OptOutSignal } from '../governance/policy/policy'
import type { DuplicatesMode, SourceMode } from '../platform/registry/sources'
import type { BodyForm, Standard } from '../standards/standard'
import type { WireBody } from '../wire/body'

/** A sender is known by its credentials; beside them is what the server saw of the request. */
export interface Sender {
  tenantId: string
  sourceId: string
  server: ServerFacts
  /** The terms under which they send (`SentBy`), as `senderBy` has them. */
  sentUnder?: Record<string, string> | undefined
  /** The browser opts out, by these signals. */
  optOut?: readonly OptOutSignal[] | undefined
  /** It sends from this address, whatever the server facts say of that: blocklists ask for it, and nothing keeps it. */
  from?: string | undefined
}

/** An arrival is a body that a known sender sent, whichever way it came. */
export interface Arrival {
  sender: Sender
  standard: Standard
  form: BodyForm
  /** This is the `Content-Type`, where there are headers. */
  contentType?: string | undefined
  /** The context says what other headers said that its standard reads by. */
  context?: Record<string, string> | undefined
  /**
   * Looks at every item that was read, before any is stored, where not all that can be read may be
   * sent by this sender.
   * @throws {AppError} `forbidden`: the whole arrival is refused, and nothing of it is quarantined
   */
  admitItem?: ((item: Readable) => void) | undefined
  /** Hears what was read of it, before any of that is stored. */
  heard?: ((parsed: Parsed, about: Heard) => void) | undefined
  /** Is told what a policy leaves of its items, before any of that is stored. */
  kept?: Kept | undefined
  /** Its door says itself how a strict source fares of which nothing could be stored. */
  saysRefusal?: true
  /** Its door says itself that its sender is blocked: the receipt has it (`Receipt.blocked`). */
  saysBlocked?: true
  /**
   * The arrival is a piece of a longer body of lines, of which so many stood before it: its items are
   * counted on from there.
   */
  linesBefore?: number | undefined
  body: WireBody
}

/** @param isChanged tells of an item whether what was sent differs. @throws what ends its request */
export type Kept = (
  items: readonly Readable[],
  isChanged: (item: Readable) => boolean,
) => Promise<void> | void

/** Whoever hears what was read is told by what its source has it taken. */
export type Heard = Pick<Origin, 'mode'> & Pick<ReadBy, 'types'>

/** The origin says where the items of a reading came from. */
export interface Origin extends Omit<Sender, 'from'> {
  /** ISO 8601 UTC. */
  receivedAt: string
  /**
   * The mode is that of the source; an absent one means lenient, as for a person who replays
   * refused items.
   */
  mode?: SourceMode | undefined
  /** The first statement with an id stands; `accept` lets its request pass all the same. */
  duplicates?: DuplicatesMode | undefined
  /** The repair is a change that somebody made since. */
  repair?: Repair | undefined
  /** The hot copy's time counts from here, ISO 8601 UTC; by default, from its arrival. */
  storedAt?: string | undefined
  /** The days of each class in the policy of its tenant; the usual ones when left out. */
  keptDays?: { readonly [Class in RetentionClass]: number } | undefined
  /** Its items were told apart and governed before it had to wait. */
  isGoverned?: true | undefined
  /** Somebody decided that what a rule holds is let through. */
  isReleased?: true | undefined
  /** Nothing is to be written, be it of governance alone. */
  isTrial?: true | undefined
}

/** Bodies and items are read by this beside their text and their context. */
export interface ReadBy {
  /** ISO 8601 UTC. */
  receivedAt: string
  /** For a standard that has types. */
  types?: TypesInForce | undefined
  /** As of the arrival. */
  linesBefore?: number | undefined
  /** The name of its request tells apart events of one moment that say nothing of themselves. */
  requestId?: string | undefined
}

/** A readable item can be an event. */
export type Readable = Extract<ReadItem, { event: unknown }>

/** A refused item cannot be stored as an event; it has every reason. */
export type Refused = Exclude<ReadItem, Readable>

/** A stored item is in the event store now; the flag says whether it was there before. */
export interface Stored {
  item: Readable
  isDuplicate: boolean
}

/** The outcome says how the items of a reading fared, each list in the order of the request. */
export interface Outcome {
  stored: Stored[]
  refused: Refused[]
  /** The policy does not let us keep these. */
  withheld: Withheld[]
  /** Some of these are counted by their type all the same. */
  counted: Counted[]
}

/** This is the outcome for a body that cannot be decoded, verified or read. */
export interface Unreadable {
  /** The sender is told this code. */
  code: ErrorCode
  message: string
  /** The list has at least one error. */
  errors: Issue[]
}

/**
 * A part is one body of a batch: its text, or the bytes that it came in, and its reading unless it has
 * none.
 */
export type Part = { text: string; bytes?: Uint8Array } & (
  | { reading: Reading }
  | { unreadable: Unreadable }
)

/** A parsed body is one reading, or the parts of a batch. */
export type Parsed = Reading | Part[]

export function isUnreadable(outcome: string | object): outcome is Unreadable {
  return typeof outcome === 'object' && 'code' in outcome
}

/** Turns a refusal into an outcome: its reasons, or the refusal itself as the only one. */
export function unreadableBy({ code, message, errors }: AppError): Unreadable {
  return { code, message, errors: errors.length > 0 ? [...errors] : [{ path: [], message, code }] }
}

/**
 * Does the work of `unreadableBy` for anything that was thrown. A body that is too large has no
 * outcome: its sender sends it again in pieces, and nothing of it is quarantined.
 * @throws {unknown} everything that is no refusal
 */
export function unreadableOr(thrown: unknown): Unreadable {
  if (!(thrown instanceof AppError) || thrown.code === 'too_large') throw thrown
  return unreadableBy(thrown)
}
