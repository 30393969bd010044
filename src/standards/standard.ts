import type { Issue } from '../error/issue'
import type { GivenTypes, TypesInForce } from '../event/event-type'
import type { PersonalTable } from '../event/personal-table'
import type { ReadEvent, Reading } from '../event/reading'
import type { EventRecord, StandardName } from '../event/record'
import type { StatementEntry } from '../event/statement'
import type { JsonElement } from '../syntax/json-elements'
import type { Steps } from '../syntax/steps'

/**
 * How a body is laid out, as far as its door and its headers tell. `document`: one JSON text, as the
 * standard has it. `bare`: the same, or what would stand inside of it. `lines`: one JSON text a line.
 * `message`: a document or lines, where no header tells which.
 */
export type BodyForm = 'document' | 'bare' | 'lines' | 'message'

/** Everything that can be known of a standard without loading the code that reads it. */
export interface StandardFacts {
  name: StandardName
  /**
   * The media types of each form, in lower case. The first of a form is supposed where a sender
   * names none.
   */
  mediaTypes: Partial<Record<BodyForm, readonly [string, ...string[]]>>
  /** Forms in which a body may come signed: a JWS in compact form (RFC 7515) around it. */
  signedForms: readonly BodyForm[]
  /** The form in which a body is read again that came with this `Content-Type`: the most forgiving. */
  formAgain(contentType: string | undefined): BodyForm
  /** Gives the place of the id of an item in its request, as paths of issues name it. */
  idPath(index: number): Issue['path']
  /** Members in which an item may say its own id. */
  idNames: readonly string[]
  /**
   * An id is a bare UUID, compared in lower case, and an item without one gets one at random when it
   * is read. Left out, an id is any text, and derived from the content where there is none.
   */
  hasBareUuids?: true
  /**
   * An item that the gate refuses costs itself, or its whole request: then the body is quarantined as
   * it came, and its sender is told every reason.
   */
  onRefusal: 'item' | 'request'
  /** Items are read by the types that are registered for their source (`TypesInForce`). */
  hasTypes?: true
  /**
   * An event of this type says whose a session is: its `user_id`, and in its payload `question_ids`.
   * Left out, none does.
   */
  beginsSession?: string
  /**
   * Events of these types are views of pages and the like, of which a sample may do (paper 001, line 316).
   * Those of registered types say it themselves. Left out, all else is learning, and none is ever left out.
   */
  highVolumeTypes?: readonly string[]
  /** Items may be in a dialect that only their source's settings tell (`Source.dialect`). */
  hasDialects?: true
  /** Items are found again in a record store, by tenants that have one (`Standard.statementOf`). */
  hasRecordStore?: true
  /** A sender is told what became of its items by the `receipt`, as JSON. */
  reply: 'receipt'
}

/** Where the items of a standard have personal data, beside the code that reads them. */
export interface LoadsPersonal {
  loadPersonal(): Promise<PersonalTable>
  /** Loads its terms that stand as values, and by which nobody is called. Left out, it has none. */
  loadWords?(): Promise<ReadonlySet<string>>
}

/** Who is what in a group, as an item tells. */
export interface ToldMembership {
  member: string
  group: string
  /** Terms of LIS, also with their second part: `Instructor#TeachingAssistant`. */
  roles: readonly string[]
  /** If false, it is over. */
  isActive: boolean
}

/** Reads the membership of an item, parsed; undefined where it tells none. */
export type MembershipIn = (item: unknown) => ToldMembership | undefined

/** How the command line knows and sends what people have in files, whole bodies or loose items. */
export interface FileForm {
  name: StandardName
  /** A person reads these: for one item, for several, and for what an item is refused as. */
  words: { one: string; many: string; as: string }
  /** Returns the words for an item that has closer ones. */
  wordsOf?(value: unknown): { one: string; many: string } | undefined
  /** Items are posted to this path, from the root of the server. */
  path: string
  /** Tells whether a JSON value is meant as an item of it, however little of it is right. */
  isItem(value: unknown): boolean
  /** Tells whether a JSON value is a whole body, however little of it is right. */
  isDocument(value: unknown): value is object
  /**
   * Puts loose items into one body, their text untouched.
   * @param sensor IRI of who sends them, for a standard whose bodies say so
   */
  enclose(items: readonly string[], sensor: string): string
  /** The context says what an item is read by beside its text; a request has items of one. */
  contextOf?(value: unknown): Record<string, string>
  /** Says that context to a server. */
  headersOf?(context: Record<string, string>): Record<string, string>
  /** Loads what `check` needs, where that is much. */
  load?(): Promise<void>
  /** Reports what is against an item, with paths inside it. Left out, envelopes decide it. */
  check?(item: JsonElement): Iterable<ReportedIssue>
}

/** The origin says where an item came from that is read again alone. */
export interface ItemOrigin {
  /** `context` of its reading. */
  context: Record<string, string>
  /** ISO 8601 UTC. */
  receivedAt: string
  /** For a standard that has types. Left out, none is registered. */
  types?: TypesInForce | undefined
}

/** The place of a body among others. */
export interface PlaceOfBody {
  /** So many lines stood before these, in a piece of a longer body of lines. */
  linesBefore?: number | undefined
  /** The name of the request. */
  requestId?: string | undefined
}

/** A standard of learning data: how its bodies are read, and everything about it that differs. */
export interface Standard extends StandardFacts {
  /**
   * Reads a body: every item becomes an event, or is refused by the standard's gate.
   * @param receivedAt when it arrived, ISO 8601 UTC
   * @param context what its headers said that the standard reads by; it becomes the context of the
   * reading
   * @param types for a standard that has types; left out, none is registered
   * @param place where the body came from; it tells apart items that say nothing of themselves
   * @throws {AppError} with every reason when no item can be told; `too_large`
   */
  readBody(
    text: string,
    form: BodyForm,
    receivedAt: string,
    context?: Record<string, string>,
    types?: TypesInForce,
    place?: PlaceOfBody,
  ): Steps<Reading>
  /**
   * Reads one item alone, as it was read in its request; its index is 0.
   * @param text one JSON text
   * @throws {AppError} as `readBody`
   */
  readItem(text: string, origin: ItemOrigin): Steps<Reading>
  /**
   * Splits a body into the bodies that it is a batch of, if it is one. Left out, none is.
   * @throws {AppError} `too_large`
   */
  split?(text: string): Steps<string[] | undefined>
  /** Makes the types by which the items of a source are read, for a standard that has types. */
  typesInForce?(given: GivenTypes): Promise<TypesInForce>
  /**
   * The text that tells an item of this content from others, before its id is derived (`event/id.ts`).
   * Left out, the content alone does.
   */
  distinctionOf?(event: ReadEvent, place: ItemOrigin & { index: number }): string
  /**
   * Derives an id in the standard's own form from content and the distinction, for an item without.
   */
  deriveId(raw: string, distinct?: string): string
  /**
   * Makes what a record store finds a record by. Left out, its records are found as events only.
   */
  statementOf?(record: EventRecord): StatementEntry
  /**
   * Reports everything that the text of the standard has against a body; throws nothing.
   * @param context as `readBody` has it; left out, the body says itself which version it is of
   * @param types as `readBody` has them
   */
  report?(
    text: string,
    context?: Record<string, string>,
    types?: TypesInForce,
  ): Steps<ConformanceReport>
  /**
   * Makes up an item of a type, one that conforms, with an id of its own. Left out, there is none.
   * @param at it happened then, ISO 8601 UTC
   * @returns its text; undefined for a type that is not of this standard
   */
  exampleOf?(type: string, at: string): Promise<string | undefined>
  /** As `report`, of the form `bare`. Left out, there is no other form than `document`. */
  reportBare?(text: string): Steps<ConformanceReport>
}

/** An issue of a report: `error` where the text says MUST, `warning` where it says SHOULD. */
export interface ReportedIssue extends Issue {
  severity: 'error' | 'warning'
}

/** Everything that the text of a standard has against a request body. */
export interface ConformanceReport {
  /** It is true when there are no errors; warnings do not count. */
  valid: boolean
  eventCount: number
  entityCount: number
  errors: ReportedIssue[]
  warnings: ReportedIssue[]
  /** Set when there are more than are listed; then how many there are of each code, listed or not. */
  truncated?: true
  counts?: Record<'errors' | 'warnings', Record<string, number>>
}
