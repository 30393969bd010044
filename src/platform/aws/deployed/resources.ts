import type { RetentionClass } from '../../../event/record'
import type { tables } from './tables'

/** These are the names of what `infra/` makes. A function is told of those that it may use. */
export interface Resources {
  eventsTable: string
  /** Lists the events table's indexes that this deployment pays for. */
  indexes: IndexName[]
  registryTable: string
  quarantineTable: string
  documentsTable: string
  statementsTable: string
  deliveriesTable: string
  liveTable: string
  deliveryQueueUrl: string
  /** The queue hands out what was put aside. */
  drainQueueUrl: string
  /** The bucket holds bodies beside the tables, spilled requests, failed batches. */
  blobsBucket: string
  /** Names Firehose's delivery streams, one or more for each retention class. */
  archiveStreams: Record<RetentionClass, string[]>
  /** The KMS key seals the root secret. */
  rootKeyId: string
  athenaWorkgroup: string
  glueDatabase: string
  /** The workgroup of Athena in which questions over HTTP are asked. */
  questionsWorkgroup: string
  /** The workgroup of Athena in which the lake is settled. */
  settlingWorkgroup: string
  /** The bucket of the lake, landed and settled. */
  lakeBucket: string
  /** The endpoint of the WebSocket API's stage, `https://…`, takes messages to connections. */
  connectionsEndpoint: string
}

export type IndexName = (typeof tables.events.indexes)[number]['name']
