import {
  abandonExports,
  deleteBlobs,
  discardBatches,
  getBlobs,
  publishRoots,
  putBlobs,
  putLargeAndFailed,
} from './permissions/blobs'
import {
  askLake,
  askQuestions,
  noteSettling,
  putRecords,
  rewriteUnconverted,
  settleLake,
  takeUnconverted,
} from './permissions/lake'
import type { Permissions } from './permissions/permission'
import {
  countDeliveries,
  countWork,
  enqueueDeliveries,
  readDeliveryLog,
  receiveDeliveries,
  receiveWork,
  sendToConnections,
  sendWork,
} from './permissions/queues'
import {
  countArrivals,
  countRequests,
  countTypes,
  drawSecrets,
  forgetOwners,
  noteConnections,
  openSecrets,
  readRegistry,
  updateWebhooks,
  writeKeys,
  writeWebhooks,
} from './permissions/registry'
import {
  addStatements,
  appendEvents,
  eraseAll,
  followBatches,
  followLive,
  followStream,
  getEvents,
  keepStreams,
  listDocuments,
  markStatements,
  noteReplays,
  queryEvents,
  readDocuments,
  readQuarantine,
  rememberSessions,
  rows,
  useDocuments,
  useSubscriptions,
  writeLive,
} from './permissions/tables'
import { deliveries, documents, quarantine } from './tables'

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
