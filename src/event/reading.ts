import type { Issue } from '../error/issue'
import type { EventRecord, Standard } from './record'

/** What the pipeline stamps on every record; a standard cannot know it. */
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

/** What a standard makes of one item that passed its gate. */
export type ReadEvent = Omit<EventRecord, Stamped>

/** One item of a request: an event, or the reasons why it cannot be kept as one. */
export type ReadItem =
  | { index: number; event: ReadEvent /** The item's own id, shown in receipts. */; id: string }
  | { index: number; raw: string; id?: string | undefined; errors: Issue[] }

/** A request body, read by its standard. */
export interface Reading {
  standard: Standard
  /** Kept with a quarantined item, so that it can be read again alone. */
  context: Record<string, string>
  items: ReadItem[]
  /** Every error that the standard's text has against an item, by its text and its index. */
  explain?: (raw: string, index: number) => Issue[]
}
