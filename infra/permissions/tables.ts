import { deliveries, documents, events, live, quarantine, statements } from '../tables'
import type { Permissions } from './permission'

/**
 * Appends to the hot store; reads what is there under the same id, to tell a conflict. Statements of
 * a transaction need the same permission as alone.
 */
export const appendEvents: Permissions = [
  {
    actions: ['dynamodb:PartiQLInsert', 'dynamodb:BatchGetItem', 'dynamodb:GetItem'],
    resources: [events.arn],
  },
]

/** Pages of events come from an index, which holds keys only, and then by key. */
export const queryEvents: Permissions = [
  { actions: ['dynamodb:Query'], resources: [$interpolate`${events.arn}/index/*`] },
]

export const getEvents: Permissions = [
  { actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem'], resources: [events.arn] },
]

/** Reads the events of a batch that was committed, and removes what one left that was not. */
export const followBatches: Permissions = [
  ...getEvents,
  { actions: ['dynamodb:DeleteItem'], resources: [events.arn] },
]

// A transaction needs the permission for each of its parts.
const rowActions = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem']

export const rows = (...tables: sst.aws.Dynamo[]): Permissions => [
  {
    actions: rowActions.map((action) => `dynamodb:${action}`),
    resources: tables.map(({ arn }) => arn),
  },
]

/** Items in quarantine under the same key are read in one go, and so is a page of them. */
export const readQuarantine: Permissions = [
  { actions: ['dynamodb:BatchGetItem'], resources: [quarantine.arn] },
]

/** Each document is changed by a conditional update, and removed by a transaction. */
export const useDocuments: Permissions = [
  {
    actions: ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'].map((one) => `dynamodb:${one}`),
    resources: [documents.arn],
  },
]

/** A document says whose a session is, for good: whatever takes events in puts and reads it. */
export const rememberSessions: Permissions = [
  {
    actions: ['GetItem', 'UpdateItem'].map((one) => `dynamodb:${one}`),
    resources: [documents.arn],
  },
]

/** Finds frames of a stream that wait, and former blobs; both go by expiring. */
export const keepStreams: Permissions = [
  { actions: ['dynamodb:Query'], resources: [documents.arn] },
]

/**
 * Adds statements to record stores. An item is inserted where there is none, and grows by updates
 * where it refers to others; batches delete definitions that are too many, and erase nothing more.
 */
export const addStatements: Permissions = [
  {
    actions: [
      ...['PartiQLInsert', 'BatchWriteItem', 'UpdateItem'],
      ...['BatchGetItem', 'Query'],
    ].map((one) => `dynamodb:${one}`),
    resources: [statements.arn],
  },
]

/** Marks what is being stored, before and after. */
export const markStatements: Permissions = [
  { actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'], resources: [statements.arn] },
]

/** Looks at every item there is, since what an event says of others stands in no index. */
export const eraseAll: Permissions = [
  { actions: ['dynamodb:Scan', 'dynamodb:DeleteItem'], resources: [events.arn] },
  { actions: ['dynamodb:Scan'], resources: [statements.arn, deliveries.arn] },
]

export const followStream: Permissions = [
  {
    actions: [
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
    ],
    resources: [events.nodes.table.streamArn],
  },
]

/** Reads what is asked of a replay, and notes how far it is: none begins or is forgotten here. */
export const noteReplays: Permissions = [
  { actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [documents.arn] },
]

/** Who teaches what, and by which pseudonym somebody is known, decides what a stream counts. */
export const listDocuments: Permissions = [
  {
    actions: ['GetItem', 'Query'].map((one) => `dynamodb:${one}`),
    resources: [documents.arn],
  },
]

/** Reads for how long each tenant keeps what it has. */
export const readDocuments: Permissions = [
  { actions: ['dynamodb:GetItem'], resources: [documents.arn] },
]

/** Writes the logs that live readers follow: which are wanted, and a transaction for each row. */
export const writeLive: Permissions = [
  {
    actions: ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map((one) => `dynamodb:${one}`),
    resources: [live.arn],
  },
]

/** Knows who is subscribed over WebSocket, in the table of live readers. */
export const useSubscriptions: Permissions = [
  {
    actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
      (one) => `dynamodb:${one}`,
    ),
    resources: [live.arn],
  },
]

/** Follows the logs, and notes that somebody does. */
export const followLive: Permissions = [
  {
    actions: ['GetItem', 'Query', 'UpdateItem'].map((one) => `dynamodb:${one}`),
    resources: [live.arn],
  },
]
