import { blobPlaces } from '../src/platform/aws/deployed/blobs'
import { registryPartitions } from '../src/platform/aws/deployed/tables'
import { UNCONVERTED } from '../src/platform/aws/draining/unconverted'
import { questions, results, settling, workgroup } from './analysis'
import { streams } from './archive'
import { blobs } from './blobs'
import { connections } from './connections'
import { rootKey } from './keys'
import { archiveTable, database, eventsView, lake, settledTableArn } from './lake'
import { deliveryQueue, drainQueue } from './queues'
import { rootBuckets } from './settings'
import { accountId, partition, region } from './stage'
import { deliveries, documents, events, live, quarantine, registry, statements } from './tables'

/** Permissions say what a function does, as the exact calls that this takes. */
export type Permissions = sst.aws.FunctionPermissionArgs[]

/**
 * Appends to the hot store; reads what is there under the same id, to tell a conflict. Statements of
 * a transaction need the same permission as alone.
 */
const appendEvents: Permissions = [
  {
    actions: ['dynamodb:PartiQLInsert', 'dynamodb:BatchGetItem', 'dynamodb:GetItem'],
    resources: [events.arn],
  },
]

/** Pages of events come from an index, which holds keys only, and then by key. */
const queryEvents: Permissions = [
  { actions: ['dynamodb:Query'], resources: [$interpolate`${events.arn}/index/*`] },
]

const getEvents: Permissions = [
  { actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem'], resources: [events.arn] },
]

/** Reads the events of a batch that was committed, and removes what one left that was not. */
const followBatches: Permissions = [
  ...getEvents,
  { actions: ['dynamodb:DeleteItem'], resources: [events.arn] },
]

// A transaction needs the permission for each of its parts.
const rowActions = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem']
const rows = (...tables: sst.aws.Dynamo[]): Permissions => [
  {
    actions: rowActions.map((action) => `dynamodb:${action}`),
    resources: tables.map(({ arn }) => arn),
  },
]

/** Items in quarantine under the same key are read in one go, and so is a page of them. */
const readQuarantine: Permissions = [
  { actions: ['dynamodb:BatchGetItem'], resources: [quarantine.arn] },
]

/** Each document is changed by a conditional update, and removed by a transaction. */
const useDocuments: Permissions = [
  {
    actions: ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'].map((one) => `dynamodb:${one}`),
    resources: [documents.arn],
  },
]

/** A document says whose a session is, for good: whatever takes events in puts and reads it. */
const rememberSessions: Permissions = [
  {
    actions: ['GetItem', 'UpdateItem'].map((one) => `dynamodb:${one}`),
    resources: [documents.arn],
  },
]

/** Finds frames of a stream that wait, and former blobs; both go by expiring. */
const keepStreams: Permissions = [{ actions: ['dynamodb:Query'], resources: [documents.arn] }]

/**
 * Adds statements to record stores. An item is inserted where there is none, and grows by updates
 * where it refers to others; batches delete definitions that are too many, and erase nothing more.
 */
const addStatements: Permissions = [
  {
    actions: [
      ...['PartiQLInsert', 'BatchWriteItem', 'UpdateItem'],
      ...['BatchGetItem', 'Query'],
    ].map((one) => `dynamodb:${one}`),
    resources: [statements.arn],
  },
]

/** Marks what is being stored, before and after. */
const markStatements: Permissions = [
  { actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'], resources: [statements.arn] },
]

const readRegistry: Permissions = [
  { actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: [registry.arn] },
]

const { counted, requested, connected, keys, tenants, types, webhooks, rootSecret } =
  registryPartitions

/**
 * Writes these partitions of the registry and no other: `api` is at the end of a public address, and whoever
 * writes keys is an administrator ("Using IAM policy conditions for fine-grained access control", DynamoDB's
 * guide).
 * @param partitions keys of partitions; `*` stands for any text
 */
const writeRegistry = (actions: readonly string[], partitions: readonly string[]): Permissions => [
  {
    actions: actions.map((one) => `dynamodb:${one}`),
    resources: [registry.arn],
    conditions: [
      {
        test: 'ForAllValues:StringLike',
        variable: 'dynamodb:LeadingKeys',
        values: [...partitions],
      },
    ],
  },
]

/** Counts what arrives, by source and key. */
const countArrivals = writeRegistry(['UpdateItem'], counted)

/** Counts requests of callers who come near their rate, together with other processes. */
const countRequests = writeRegistry(['UpdateItem'], requested)

/** Makes, changes and deletes webhooks, in transactions. */
const writeWebhooks = writeRegistry(['UpdateItem', 'DeleteItem'], webhooks)

/** Gives out keys and ends them, and changes tenants and their sources, in transactions. */
const writeKeys = writeRegistry(['PutItem', 'UpdateItem'], [...keys, ...tenants])

/** Forgets whose a key was, and ends it. */
const forgetOwners = writeRegistry(['UpdateItem'], [...keys, ...tenants])

/** Notes who is connected over WebSocket, and that they are gone. */
const noteConnections = writeRegistry(['PutItem', 'UpdateItem', 'DeleteItem'], connected)

/** Switches off a webhook whose target says that it is gone; keys of senders stay out of reach. */
const updateWebhooks = writeRegistry(['UpdateItem'], webhooks)

/** Counts what was stored by its type, in transactions of updates; no key or setting is in reach. */
const countTypes = writeRegistry(['UpdateItem'], types)

const underTheRootKey = (...actions: string[]): Permissions => [
  {
    actions: actions.map((one) => `kms:${one}`),
    resources: [rootKey.arn],
    conditions: [
      {
        test: 'StringEquals',
        variable: 'kms:EncryptionContext:purpose',
        values: ['root secret'],
      },
    ],
  },
]

/** Opens the root secret; nothing else under this key. */
const openSecrets = underTheRootKey('Decrypt')

/**
 * Draws the root secret where there is none, which only `sweep` does, and whoever deploys: what answers requests
 * could write over it.
 */
const drawSecrets: Permissions = [
  ...underTheRootKey('GenerateDataKeyWithoutPlaintext'),
  ...writeRegistry(['PutItem'], rootSecret),
]

type Place = keyof typeof blobPlaces

/** Lists the ARNs of all blobs at these places. */
const blobsAt = (places: readonly Place[]) =>
  places.map((place) => $interpolate`${blobs.arn}/${blobPlaces[place]}*`)

/** Reads the blobs at these places. */
const getBlobs = (...places: Place[]): Permissions => [
  { actions: ['s3:GetObject'], resources: blobsAt(places) },
  // S3 needs it to say 404, and not 403, of what is not there; a condition on the prefix would not do, since
  // reading one object has none.
  { actions: ['s3:ListBucket'], resources: [blobs.arn] },
]

const putBlobs = (...places: Place[]): Permissions => [
  { actions: ['s3:PutObject'], resources: blobsAt(places) },
]

const deleteBlobs = (...places: Place[]): Permissions => [
  { actions: ['s3:DeleteObject'], resources: blobsAt(places) },
]

/** Leaves off a file of an export that is being put together; to put it together is to put a blob. */
const abandonExports: Permissions = [
  { actions: ['s3:AbortMultipartUpload'], resources: blobsAt(['exports']) },
]

/** Stores what is too large for the lake or for a record store, changes that cannot be read, and leaves of trees. */
const putLargeAndFailed = putBlobs('large', 'failed', 'statements', 'leaves')

const enqueueDeliveries: Permissions = [
  { actions: ['sqs:SendMessage'], resources: [deliveryQueue.arn] },
  ...rows(deliveries),
]

/** Shows the log of deliveries: which there are comes from the index, which holds keys only. */
const readDeliveryLog: Permissions = [
  { actions: ['dynamodb:Query'], resources: [$interpolate`${deliveries.arn}/index/*`] },
  { actions: ['dynamodb:BatchGetItem'], resources: [deliveries.arn] },
]

/** Streams beyond the first of a class are named by one digit: a role has room for 10,240 characters. */
const putRecords: Permissions = [
  {
    actions: ['firehose:PutRecordBatch'],
    resources: streams.flatMap(({ stream, nth }) => {
      if (nth === 1) return [stream.arn]
      return nth === 2 ? [stream.arn.apply((arn) => arn.replace(/2$/, '?'))] : []
    }),
  },
]

/** Takes up records that Firehose could not convert; nothing else of the lake is in reach. */
const unconverted = $interpolate`${lake.arn}/${UNCONVERTED}*`
const takeUnconverted: Permissions = [
  { actions: ['s3:GetObject', 's3:DeleteObject'], resources: [unconverted] },
  { actions: ['s3:ListBucket'], resources: [lake.arn] },
]

/** Writes such records anew without some people. */
const rewriteUnconverted: Permissions = [
  ...takeUnconverted,
  { actions: ['s3:PutObject'], resources: [unconverted] },
]

/** Looks at every item there is, since what an event says of others stands in no index. */
const eraseAll: Permissions = [
  { actions: ['dynamodb:Scan', 'dynamodb:DeleteItem'], resources: [events.arn] },
  { actions: ['dynamodb:Scan'], resources: [statements.arn, deliveries.arn] },
]

/** Lets Lambda's poller put the batches it gives up here, in the name of the function. */
const discardBatches: Permissions = [...putBlobs('givenUp')]

const followStream: Permissions = [
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

const receiveDeliveries: Permissions = [
  {
    actions: [
      'sqs:ReceiveMessage',
      'sqs:SendMessage', // for notices, and what was parked while its webhook was being enabled
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    resources: [deliveryQueue.arn],
  },
  ...rows(deliveries),
]

/** Hands out what was put aside, and sends what is not done again. */
const sendWork: Permissions = [{ actions: ['sqs:SendMessage'], resources: [drainQueue.arn] }]

/** Hands out nothing more while much still waits. */
const countWork: Permissions = [
  { actions: ['sqs:GetQueueAttributes'], resources: [drainQueue.arn] },
]

const receiveWork: Permissions = [
  {
    actions: [
      ...['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      ...['sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
    ],
    resources: [drainQueue.arn],
  },
]

/** Knows how many deliveries wait for a webhook before it makes more of a replay. */
const countDeliveries: Permissions = [
  { actions: ['dynamodb:Query'], resources: [$interpolate`${deliveries.arn}/index/*`] },
]

/** Reads what is asked of a replay, and notes how far it is: none begins or is forgotten here. */
const noteReplays: Permissions = [
  { actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [documents.arn] },
]

/** Asks the lake in a workgroup, whose limits hold; Athena reads and writes for whoever asks. */
function askLakeIn(group: typeof workgroup, answers: $util.Input<string>): Permissions {
  const calls = [
    'StartQueryExecution',
    'GetQueryExecution',
    'GetQueryResults',
    'StopQueryExecution',
  ]
  return [
    { actions: calls.map((one) => `athena:${one}`), resources: [group.arn] },
    {
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'],
      resources: [
        $interpolate`arn:${partition}:glue:${region}:${accountId}:catalog`,
        ...[database.arn, archiveTable.arn, eventsView.arn, settledTableArn],
      ],
    },
    {
      actions: ['s3:GetObject'],
      resources: ['events', 'settled'].map((place) => $interpolate`${lake.arn}/${place}/*`),
    },
    { actions: ['s3:ListBucket', 's3:GetBucketLocation'], resources: [lake.arn, results.arn] },
    {
      actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      resources: [answers],
    },
  ]
}

/** Asks in the workgroup of analysts. */
const askLake = askLakeIn(workgroup, $interpolate`${results.arn}/*`)

/** Asks over HTTP: nothing of what others were answered can be read there. */
const askQuestions = askLakeIn(questions, $interpolate`${results.arn}/questions/*`)

/**
 * Changes the settled lake, in a workgroup of its own: Athena reads what landed, writes and removes files of
 * the table, and describes it and the view anew. What landed is removed once it is settled.
 */
const settleLake: Permissions = [
  {
    actions: ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'].map(
      (one) => `athena:${one}`,
    ),
    resources: [settling.arn],
  },
  {
    actions: ['GetDatabase', 'GetTable', 'GetPartitions'].map((one) => `glue:${one}`),
    resources: [
      $interpolate`arn:${partition}:glue:${region}:${accountId}:catalog`,
      ...[database.arn, archiveTable.arn, eventsView.arn, settledTableArn],
    ],
  },
  {
    actions: ['glue:CreateTable', 'glue:UpdateTable'],
    resources: [
      $interpolate`arn:${partition}:glue:${region}:${accountId}:catalog`,
      ...[database.arn, eventsView.arn, settledTableArn],
    ],
  },
  {
    actions: ['s3:GetObject', 's3:DeleteObject'],
    resources: [$interpolate`${lake.arn}/events/*`],
  },
  {
    actions: [
      ...['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      ...['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
    ],
    resources: [$interpolate`${lake.arn}/settled/*`],
  },
  {
    actions: ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
    resources: [lake.arn, results.arn],
  },
  {
    actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
    resources: [$interpolate`${results.arn}/settling/*`],
  },
]

/** Notes how far settling is, and carries out what it was asked for; a record too large for the lake goes with it. */
const noteSettling: Permissions = [
  ...getBlobs('settling', 'large', 'documents'),
  ...putBlobs('settling'),
  ...deleteBlobs('large'),
]

/** Who teaches what, and by which pseudonym somebody is known, decides what a stream counts. */
const listDocuments: Permissions = [
  {
    actions: ['GetItem', 'Query'].map((one) => `dynamodb:${one}`),
    resources: [documents.arn],
  },
]

/** Reads for how long each tenant keeps what it has. */
const readDocuments: Permissions = [{ actions: ['dynamodb:GetItem'], resources: [documents.arn] }]

const sendToConnections: Permissions = [
  {
    actions: ['execute-api:ManageConnections'],
    resources: [$interpolate`${connections.nodes.api.executionArn}/*/*/@connections/*`],
  },
]

/**
 * Takes events in, whatever becomes of them: also what is large, or has to wait. Nothing that was stored is
 * deleted, but for what an item in quarantine, or a document, has no more.
 */
const ingest: Permissions = [
  ...appendEvents,
  ...rememberSessions,
  ...readRegistry,
  ...countArrivals,
  ...rows(quarantine),
  ...readQuarantine,
  ...openSecrets,
  ...getBlobs('bodies', 'statements', 'quarantine', 'documents'),
  ...putBlobs('bodies', 'statements', 'quarantine', 'documents', 'spill'),
  ...deleteBlobs('quarantine', 'documents'),
  ...addStatements,
  ...markStatements,
]

/** Writes the logs that live readers follow: which are wanted, and a transaction for each row. */
const writeLive: Permissions = [
  {
    actions: ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map((one) => `dynamodb:${one}`),
    resources: [live.arn],
  },
]

/** Knows who is subscribed over WebSocket, in the table of live readers. */
const useSubscriptions: Permissions = [
  {
    actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'].map(
      (one) => `dynamodb:${one}`,
    ),
    resources: [live.arn],
  },
]

/** Follows the logs, and notes that somebody does. */
const followLive: Permissions = [
  {
    actions: ['GetItem', 'Query', 'UpdateItem'].map((one) => `dynamodb:${one}`),
    resources: [live.arn],
  },
]

/** Posts to subscribers what the logs have, at positions that are signed. */
const postLive: Permissions = [...useSubscriptions, ...sendToConnections, ...openSecrets]

/** Keeps the states of reducers, large ones among the blobs. */
const keepStates: Permissions = [
  {
    actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    resources: [documents.arn],
  },
  ...putBlobs('lasting'),
  ...deleteBlobs('lasting'),
]

/** Writes roots of the log where whoever deploys says, and can change nothing there. */
const publishRoots: Permissions = rootBuckets.map(({ bucket, prefix }) => ({
  actions: ['s3:PutObject'],
  resources: [$interpolate`arn:${partition}:s3:::${bucket}/${prefix}*`],
}))

/** Hands on what was stored. */
const handOn: Permissions = [
  ...followBatches,
  ...readRegistry,
  ...getBlobs('bodies', 'statements', 'documents'),
  ...putLargeAndFailed,
  ...putRecords,
  ...enqueueDeliveries,
  ...addStatements,
  ...countTypes,
  ...keepStates,
]

/** Tells live readers what was stored. */
const tellLive: Permissions = [
  ...getEvents,
  ...readRegistry,
  ...getBlobs('bodies', 'statements'),
  ...writeLive,
  ...postLive,
]

/** Gathers what people asked for and makes exports: files of parts, which go when their time is over. */
const makeFiles: Permissions = [
  ...getBlobs('access', 'exports', 'attachments', 'large'),
  ...putBlobs('access', 'exports'),
  ...deleteBlobs('access', 'exports'),
  ...abandonExports,
]

/** Each function has these permissions. */
export const permissions = {
  // The request that enables a webhook sets the alarms of what was parked for it. Keys are given out by
  // `administer`: what a request could do to this function must not make it one of an administrator.
  api: [
    ...ingest,
    ...countRequests,
    ...writeWebhooks,
    ...queryEvents,
    ...enqueueDeliveries,
    ...readDeliveryLog,
    ...useDocuments,
    ...askQuestions,
    ...getBlobs('attachments', 'large', 'trees'),
    ...putBlobs('attachments'),
    ...makeFiles,
  ],
  // The request that ends a key ends its connections.
  administer: [
    ...readRegistry,
    ...writeKeys,
    ...countArrivals,
    ...countRequests,
    ...countTypes,
    ...useDocuments,
    ...appendEvents,
    ...queryEvents,
    ...openSecrets,
    ...sendToConnections,
    ...getBlobs('bodies', 'statements', 'documents'),
    ...putBlobs('bodies', 'documents', 'spill'),
    ...deleteBlobs('documents'),
  ],
  changes: [...followStream, ...discardBatches, ...handOn],
  deliver: [
    ...receiveDeliveries,
    ...countDeliveries,
    ...noteReplays,
    ...getEvents,
    ...queryEvents,
    ...getBlobs('bodies', 'statements', 'documents', 'large'),
    ...readRegistry,
    ...updateWebhooks,
    ...askLake,
    ...openSecrets,
  ],
  follow: [...followStream, ...discardBatches, ...tellLive],
  // It keeps streams between two of their frames, and blobs of learners, as documents, and deletes none.
  realtime: [...ingest, ...countRequests, ...noteConnections, ...keepStreams, ...postLive],
  stream: [
    ...followLive,
    ...listDocuments,
    ...getEvents,
    ...getBlobs('bodies', 'statements', 'documents'),
    ...readRegistry,
    ...openSecrets,
  ],
  settle: [...settleLake, ...noteSettling, ...readRegistry, ...readDocuments],
  // It looks at every event, and at all else of a tenant; anonymised events are put back.
  erase: [
    ...ingest,
    ...forgetOwners,
    ...queryEvents,
    ...useDocuments,
    ...rows(deliveries),
    ...askLake,
    ...readDeliveryLog,
    ...eraseAll,
    ...rewriteUnconverted,
    ...makeFiles,
    ...getBlobs('trees', 'settling', 'spill', 'failed', 'givenUp', 'large'),
    ...putBlobs('trees', 'settling', 'spill', 'failed', 'givenUp'),
    ...deleteBlobs('bodies', 'statements', 'attachments', 'trees', 'large'),
    ...deleteBlobs('spill', 'failed', 'givenUp'),
  ],
  // It takes in what was spilled, and hands on what functions that follow the stream gave up.
  drain: [
    ...ingest,
    ...handOn,
    ...tellLive,
    ...takeUnconverted,
    ...receiveWork,
    ...sendWork,
    ...getBlobs('spill', 'failed', 'givenUp'),
    ...deleteBlobs('spill', 'failed', 'givenUp'),
  ],
  // It forgets what is old, in quarantine and among documents, and reads everything about who asks.
  sweep: [
    ...ingest,
    ...drawSecrets,
    ...noteConnections,
    ...getEvents,
    ...postLive,
    ...sendWork,
    ...countWork,
    ...useDocuments,
    ...askLake,
    ...readDeliveryLog,
    ...makeFiles,
    ...getBlobs('trees'),
    ...putBlobs('trees'),
    ...deleteBlobs('trees'),
    ...publishRoots,
  ],
} satisfies Record<string, Permissions>
