import type { RetentionClass } from '../../../event/record'
import type { tables } from './tables'

/** Names of what `infra/` makes. A function is told of those that it may use. */
export interface Resources {
  eventsTable: string
  /** Which of the events table's indexes this deployment pays for. */
  indexes: IndexName[]
  registryTable: string
  quarantineTable: string
  documentsTable: string
  deliveriesTable: string
  deliveryQueueUrl: string
  /** Bodies beside the tables, spilled requests, failed batches. */
  blobsBucket: string
  /** Firehose delivery streams, one for each retention class. */
  archiveStreams: Record<RetentionClass, string>
  /** KMS key that seals the root secret. */
  rootKeyId: string
  athenaWorkgroup: string
  glueDatabase: string
  /** `https://…` of the WebSocket API's stage, for messages to connections. */
  connectionsEndpoint: string
}

export type IndexName = (typeof tables.events.indexes)[number]['name']
