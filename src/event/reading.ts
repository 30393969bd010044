import type { Issue } from '../error/issue'
import type { SamplingClass } from './event-type'
import type { EventRecord, ServerFacts, StandardName } from './record'

/** A standard may know these by the type of an event; else they are as usual. */
type Governed = 'category' | 'privacyLevel' | 'retentionClass'

/** The pipeline stamps these fields on every record; a standard cannot know them. */
type Stamped =
  | 'tenantId'
  | 'sourceId'
  | 'receivedAt'
  | 'storedAt'
  | 'occurredAt'
  | 'skewMs'
  | 'commonAction'
  | Governed
  | 'expiresAt'
  | 'server'
  | 'repair'

/** A read event is an item that passed the gate of its standard, in the form of a record. */
export type ReadEvent = Omit<EventRecord, Stamped> & {
  [Field in Governed | 'commonAction']?: EventRecord[Field] | undefined
} & {
  /** A policy leaves these facts of its request, in place of those of the request. */
  server?: ServerFacts | undefined
  /** Its type may be sampled so. A policy asks for it; no record has it. Absent for what never is. */
  sampling?: SamplingClass | undefined
}

/**
 * A read item is one item of a request: an event, or the reasons why it cannot be stored as one.
 */
export type ReadItem =
  | { index: number; event: ReadEvent /** The item's own id, shown in receipts. */; id: string }
  | {
      index: number
      raw: string
      /** `raw` is the base64 of bytes that are no text. */
      encoding?: 'base64' | undefined
      id?: string | undefined
      errors: Issue[]
      /** A policy leaves these of what was around it, in place of what its request has. */
      around?: {
        server?: ServerFacts | undefined
        context?: Record<string, string> | undefined
      }
    }

/** A reading is what a standard makes of a request body. */
export interface Reading {
  standard: StandardName
  /** The quarantine stores it beside an item, so that this can be read again alone. */
  context: Record<string, string>
  items: ReadItem[]
  /** Each of its items is a wrapper around one, and can be read without it. */
  carries?: boolean
  /** The body was one item by itself, and no list of one. */
  isOne?: true
  /** Returns every issue that the standard's text has with an item, by its text and its index. */
  explain?: (raw: string, index: number) => Issue[]
  /** Returns what a sender should know of an event that conforms all the same. */
  notice?: (event: ReadEvent, index: number) => Issue[]
}
