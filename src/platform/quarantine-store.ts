import type { Issue } from '../error/issue'
import type { ServerFacts, Standard } from '../event/record'
import type { Page, PageRequest } from './event-store'

/** Something that arrived and could not be kept as an event, with every reason. */
export interface QuarantinedItem {
  quarantineId: string
  tenantId: string
  sourceId: string
  standard: Standard
  /** `item`: one of a batch. `body`: a whole request that could not be read. */
  scope: 'item' | 'body'
  /** Place within the request; 0 for a body. */
  index: number
  /** The item's own id, when it has one. */
  id?: string | undefined
  errors: Issue[]
  receivedAt: string
  server: ServerFacts
  /** What an item needs beside itself to be read again: e.g. the envelope's version and sendTime. */
  context: Record<string, string>
  /** As received, text. */
  raw: string
}

/** Where nothing is thrown away. */
export interface QuarantineStore {
  /** Resolves once every item is durable. Putting an id that is held changes nothing. */
  put(items: readonly QuarantinedItem[]): Promise<void>
  get(tenantId: string, quarantineId: string): Promise<QuarantinedItem | undefined>
  /** Newest first. */
  list(tenantId: string, page: PageRequest): Promise<Page<QuarantinedItem>>
  /** Forgets an item that was replayed or given up. @returns false when it is not held */
  release(tenantId: string, quarantineId: string): Promise<boolean>
}
