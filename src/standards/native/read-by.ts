import type { TypesInForce } from '../../event/event-type'

/** Native items are read by this beside their text. */
export interface ReadBy {
  /** ISO 8601 UTC; the time of events that name none. */
  receivedAt: string
  /** Headers, and settings of the source, that say what the items are. */
  context: Record<string, string>
  /** Left out, no type is registered. */
  types?: TypesInForce | undefined
  /** So many lines stood before these in their body, of which these are a piece. */
  linesBefore?: number | undefined
  /** The name of their request. */
  requestId?: string | undefined
}
