import type { BlobStore } from '../blob-store'
import type { Clock } from '../clock'
import type { DeliveryLog } from '../delivery-log'
import type { DeliveryQueue } from '../delivery-queue'
import type { DocumentStore } from '../document-store'
import type { FileLinks } from '../file-links'
import type { Lake, SqlJudge } from '../lake'
import type { LakeErasures } from '../lake-erasures'
import type { SecretBox } from '../secret-box'
import type { StatementStore } from '../statement-store'
import type { WakeReplay } from './deliveries/replay-wakes'
import type { RootSecret } from './root-secret'
import { serviceTimeOuts as requestHandler } from './time-outs'

/** Makes a thing when it is first asked for, and once; a failure is not cached. */
export function once<Thing>(make: () => Promise<Thing>): () => Promise<Thing> {
  let made: Promise<Thing> | undefined
  return () => {
    made ??= make().catch((error) => {
      made = undefined
      throw error
    })
    return made
  }
}

/**
 * Opens the blobs when first needed: S3's client is a third of the SDK's code here, and few
 * requests need it.
 */
export function lazyBlobs(bucket: string): BlobStore {
  const opened = once(async () => {
    const [{ S3Client }, { createBlobStore }] = await Promise.all([
      import('@aws-sdk/client-s3'),
      import('./blob-store'),
    ])
    return createBlobStore({ client: new S3Client({ requestHandler }), bucket })
  })
  return {
    put: async (key, bytes) => (await opened()).put(key, bytes),
    get: async (key) => (await opened()).get(key),
    list: async (prefix, limit, after) => (await opened()).list(prefix, limit, after),
    delete: async (key) => (await opened()).delete(key),
  }
}

/** Opens what gives out files when first needed: few requests are for one. */
export function lazyFileLinks(needs: {
  bucket: string
  blobs: BlobStore
  clock: Pick<Clock, 'now'>
}): FileLinks {
  const opened = once(async () => {
    const [{ S3Client }, { createFileLinks }] = await Promise.all([
      import('@aws-sdk/client-s3'),
      import('./file-links'),
    ])
    return createFileLinks({ ...needs, client: new S3Client({ requestHandler }) })
  })
  return {
    assemble: async (...asked) => (await opened()).assemble(...asked),
    abandon: async (...asked) => (await opened()).abandon(...asked),
    link: async (...asked) => (await opened()).link(...asked),
  }
}

/**
 * Opens documents when first needed: taking events in, the first thing that a function is started
 * for, needs none.
 */
export function lazyDocuments(
  needs: Parameters<typeof import('./document-store')['createDocumentStore']>[0],
): DocumentStore {
  const opened = once(async () => {
    const { createDocumentStore } = await import('./document-store')
    return createDocumentStore(needs)
  })
  return {
    get: async (tenantId, key) => (await opened()).get(tenantId, key),
    put: async (...put) => (await opened()).put(...put),
    putAll: async (...puts) => (await opened()).putAll(...puts),
    delete: async (...deletion) => (await opened()).delete(...deletion),
    list: async (tenantId, prefix, page) => (await opened()).list(tenantId, prefix, page),
    deletePrefix: async (tenantId, prefix) => (await opened()).deletePrefix(tenantId, prefix),
  }
}

/** Opens statements when first needed: few tenants have a record store. */
export function lazyStatements(
  needs: Parameters<typeof import('./statement-store')['createStatementStore']>[0],
): StatementStore {
  const opened = once(async () => {
    const { createStatementStore } = await import('./statement-store')
    return createStatementStore(needs)
  })
  return {
    begin: async (tenantId) => (await opened()).begin(tenantId),
    add: async (entries) => (await opened()).add(entries),
    get: async (tenantId, statementId) => (await opened()).get(tenantId, statementId),
    query: async (...query) => (await opened()).query(...query),
    consistentThrough: async (tenantId) => (await opened()).consistentThrough(tenantId),
    activity: async (tenantId, activityId) => (await opened()).activity(tenantId, activityId),
    agent: async (tenantId, agentKey) => (await opened()).agent(tenantId, agentKey),
    expire: async (now) => (await opened()).expire(now),
    erase: async (tenantId, erasure) => (await opened()).erase(tenantId, erasure),
    async [Symbol.asyncDispose]() {},
  }
}

/**
 * Opens the root secret when first needed: it signs pages and opens webhooks' secrets, and taking
 * events needs neither.
 */
export function lazySecrets(
  needs: Omit<Parameters<typeof import('./root-secret')['openRootSecret']>[0], 'kms'>,
): RootSecret {
  const opened = once(async () => {
    const [{ KMSClient }, { openRootSecret }] = await Promise.all([
      import('@aws-sdk/client-kms'),
      import('./root-secret'),
    ])
    return openRootSecret({ ...needs, kms: new KMSClient({ requestHandler }) })
  })
  return { derive: async (use, bytes) => (await opened()).derive(use, bytes) }
}

/** Opens the box of governance when first needed: few tenants have a policy that keeps secrets. */
export function lazyBox(secrets: RootSecret): () => Promise<SecretBox> {
  return once(async () => {
    const { createSecretBox } = await import('../shared/secret-box')
    return createSecretBox(await secrets.derive('governance', 32))
  })
}

/**
 * Opens deliveries when first needed: few requests change a webhook or look at its deliveries, and
 * SQS's client is of no use to the others.
 */
export function lazyDeliveries(
  needs: Omit<Parameters<typeof import('./delivery-log')['openLogged']>[0], 'sqs'>,
): Pick<DeliveryQueue, 'enqueue' | 'release' | 'drop'> & DeliveryLog {
  const opened = once(async () => {
    const [{ SQSClient }, { openLogged }] = await Promise.all([
      import('@aws-sdk/client-sqs'),
      import('./delivery-log'),
    ])
    return openLogged({ ...needs, sqs: new SQSClient({ requestHandler }) })
  })
  return {
    enqueue: async (...enqueued) => (await opened()).enqueue(...enqueued),
    release: async (...whose) => (await opened()).release(...whose),
    drop: async (...whose) => (await opened()).drop(...whose),
    list: async (...asked) => (await opened()).list(...asked),
    find: async (...asked) => (await opened()).find(...asked),
    again: async (...asked) => (await opened()).again(...asked),
    againAll: async (...asked) => (await opened()).againAll(...asked),
    skip: async (...asked) => (await opened()).skip(...asked),
    backlog: async (...whose) => (await opened()).backlog(...whose),
    figures: async (...asked) => (await opened()).figures(...asked),
  }
}

/** Opens the way to wake replays when first needed, as that of deliveries. */
export function lazyReplayWakes(queueUrl: string): WakeReplay {
  const opened = once(async () => {
    const [{ SQSClient }, { createReplayWakes }] = await Promise.all([
      import('@aws-sdk/client-sqs'),
      import('./deliveries/replay-wakes'),
    ])
    return createReplayWakes({ sqs: new SQSClient({ requestHandler }), queueUrl })
  })
  return async (...woken) => (await opened())(...woken)
}

/** Opens erasures in the lake when first needed: few requests ask for one. */
export function lazyLakeErasures(blobs: BlobStore): LakeErasures {
  const opened = once(async () => {
    const { createLakeErasures } = await import('./settlement/requests')
    return createLakeErasures(blobs)
  })
  return {
    request: async (...asked) => (await opened()).request(...asked),
    state: async (...asked) => (await opened()).state(...asked),
    idQueries: async (...asked) => (await opened()).idQueries(...asked),
  }
}

/** Opens the lake when first needed: only questions over the lake use Athena's client. */
export function lazyLake(
  needs: Omit<Parameters<typeof import('./lake')['createLake']>[0], 'client'>,
): Lake & SqlJudge {
  const opened = once(async () => {
    const [{ AthenaClient }, { createLake }] = await Promise.all([
      import('@aws-sdk/client-athena'),
      import('./lake'),
    ])
    return createLake({ ...needs, client: new AthenaClient({ requestHandler }) })
  })
  return {
    isImmediate: false,
    start: async (query) => (await opened()).start(query),
    poll: async (reader, id) => (await opened()).poll(reader, id),
    cancel: async (reader, id) => (await opened()).cancel(reader, id),
    judge: async (sql) => (await opened()).judge(sql),
    async [Symbol.asyncDispose]() {},
  }
}
