import type { Issue } from '../error/issue'
import type { EventRecord, StandardName } from './record'

/** Fields that the pipeline stamps on every record; a standard cannot know them. */
type Stamped =
  | 'tenantId'
  | 'sourceId'
  | 'receivedAt'
  | 'skewMs'
  | 'category'
  | 'privacyLevel'
  | 'retentionClass'
  | 'expiresAt'
  | 'server'
  | 'repair'

/** An item that passed the gate of its standard, as the record of an event. */
export type ReadEvent = Omit<EventRecord, Stamped>

/** One item of a request: an event, or the reasons why it cannot be stored as one. */
export type ReadItem =
  | { index: number; event: ReadEvent /** The item's own id, shown in receipts. */; id: string }
  | { index: number; raw: string; id?: string | undefined; errors: Issue[] }

/** A request body, read by its standard. */
export interface Reading {
  standard: StandardName
  /** The quarantine stores it beside an item, so that this can be read again alone. */
  context: Record<string, string>
  items: ReadItem[]
  /** Tells every error that the standard's text has against an item, by its text and its index. */
  explain?: (raw: string, index: number) => Issue[]
}
