import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import type { Platform } from '../platform'
import type { Tenant, XapiMode } from '../registry/tenants'
import { createTokenSigner } from '../shared/page-token'
import { createSecretBox } from '../shared/secret-box'
import type { Trees } from '../trees'
import { createTurns } from '../turns'
import { createAggregates } from './aggregates/read'
import { openArchive } from './archive'
import { migrateLake } from './archive/migrate'
import { openBlobStore } from './blob-store'
import { createChangeFeed } from './change-feed'
import { conformanceCountsSchema, createConformanceCounts } from './conformance-counts'
import { openDatabase } from './database'
import { createDeliveryQueue, deliveryQueueSchema } from './delivery-queue'
import { createDocumentStore, documentsSchema } from './document-store'
import { createDurably } from './durably'
import { createEventStore } from './event-store'
import { readGauges } from './gauges'
import { checkHealth } from './health'
import { lakeFolder, openServingLake } from './lake'
import { createLiveFeed } from './live-feed'
import { lockFolder } from './lock'
import { createCheckpointer } from './log/checkpointer'
import { createCursors, cursorsSchema } from './log/cursors'
import { createEventKeys } from './log/event-keys'
import { openEventLog } from './log/event-log'
import { createNotices } from './notices'
import { mendModes, PRIVATE_FOLDER } from './private-files'
import { createQuarantineStore, quarantineSchema } from './quarantine-store'
import { createRegistry, registrySchema } from './registry'
import { createReplayJobs, replayJobsSchema } from './replay-jobs'
import { checkSecrets, openSecrets, secretsSchema } from './secrets'
import { type LocalSettlement, openSettlement } from './settlement'
import { createSourceActivity, sourceActivitySchema } from './source-activity'
import { openStatementStore } from './statement-store'
import { followStatements } from './statements/following'
import { followTrees, openTrees } from './trees'
import { createTypeCounts, typeCountsSchema } from './type-counts'

/** One machine settles its lake itself; on AWS a function of its own does. */
export interface LocalPlatform extends Platform {
  settlement: LocalSettlement
  trees: Trees
}

/** Opens the file that the CLI shares with a running server: tenants, sources, keys, webhooks. */
export function openRegistryFile(dataDir: string) {
  mkdirSync(dataDir, { recursive: true, mode: PRIVATE_FOLDER })
  const secrets = openSecrets(dataDir)
  const db = openDatabase(
    join(dataDir, 'nonius.db'),
    [
      ...[registrySchema, quarantineSchema, deliveryQueueSchema, cursorsSchema],
      ...[conformanceCountsSchema, replayJobsSchema, documentsSchema, secretsSchema],
      ...[sourceActivitySchema, typeCountsSchema],
    ].join(';\n'),
  )
  checkSecrets(db, secrets, dataDir)
  return {
    db,
    secrets,
    registry: createRegistry(db, { secretKey: secrets.derive('webhook secrets', 32) }),
  }
}

/** Opens the same file with the documents in it, which are read under the same tokens. */
export function openDocumentsFile(dataDir: string, clock: Clock) {
  const opened = openRegistryFile(dataDir)
  const tokens = createTokenSigner(opened.secrets.derive('page tokens', 32))
  const box = createSecretBox(opened.secrets.derive('governance', 32))
  const documents = createDocumentStore(opened.db, { clock, tokens })
  return { ...opened, documents, box: async () => box }
}

/**
 * Opens the platform of one process and one data directory, with nothing else to install:
 *
 *     nonius.db      registry, quarantine, delivery queue, cursors, documents (SQLite)
 *     statements.db  statements of xAPI with what they are found by, made from the log (SQLite)
 *     hot/           the log of events in generations (SQLite) with their indexes
 *     trees.db       trees of hashes that prove events, one a tenant and hour (SQLite)
 *     blobs/         what is too large for a row, attachments of xAPI among it, a file each
 *     lake/          Parquet, written and read by DuckDB
 *     aggregates.db  what the lake's files come to by quarter of an hour, made from them (SQLite)
 *     damaged/       what could not be read any more and was made anew
 *     secret.key     what keys of all kinds are derived from; back it up with the data
 *
 * @throws {StorageError} when the directory cannot be written, or another process has it
 */
export async function openLocalPlatform(options: {
  dataDir: string
  clock: Clock
  log: Log
  /** Tenants that chose nothing have this mode; `lrs` when left out. */
  defaultXapi?: XapiMode | undefined
}): Promise<LocalPlatform> {
  const { dataDir, clock, log: telemetry, defaultXapi = 'lrs' } = options
  mendModes(dataDir, telemetry)
  const { db, secrets, registry } = openRegistryFile(dataDir)
  const lock = lockFolder(dataDir)
  const checkpointer = createCheckpointer()
  const durably = createDurably(db, { checkpointer })
  const cursors = createCursors(db, durably)
  const keys = createEventKeys(secrets.derive('event index', 16))
  const tokens = createTokenSigner(secrets.derive('page tokens', 32))
  const box = createSecretBox(secrets.derive('governance', 32))
  const now = clock.now().getTime()
  const notices = createNotices(telemetry)
  const log = openEventLog({
    folder: join(dataDir, 'hot'),
    keys,
    now,
    log: telemetry,
    notices,
    floor: cursors.floor,
    furthest: cursors.furthest(),
    checkpointer,
  })
  const turns = createTurns()
  const events = createEventStore({ log, keys, tokens, turns, clock })
  const statements = openStatementStore({
    file: join(dataDir, 'statements.db'),
    secret: secrets.derive('statements', 16),
    ...{ clock, tokens, turns, notices },
  })
  const followed = await followStatements({ cursors, log, statements, telemetry })
  const trees = openTrees(join(dataDir, 'trees.db'), notices, { checkpointer })
  followTrees({ cursors, trees, notices })
  const changes = createChangeFeed({ log, cursors: followed, clock, telemetry })
  const lake = openServingLake(dataDir)
  await migrateLake([lakeFolder(dataDir), join(dataDir, 'lake', 'refused')], telemetry)
  const counting = {
    file: join(dataDir, 'aggregates.db'),
    key: Buffer.from(secrets.derive('people in aggregates', 16)).toString('hex'),
    zones: async () => zonesOf(await registry.tenants.list()),
  }
  const archive = openArchive({
    folder: lakeFolder(dataDir),
    log: telemetry,
    aggregates: counting,
  })
  const settlement = await openSettlement({ folder: lakeFolder(dataDir), archive, clock })
  const { follower } = archive.workshop
  const catchingUp = new AbortController()
  // A lake from before is counted beside all other work.
  const caughtUp = follower?.catchUp(catchingUp.signal)
  const conformance = createConformanceCounts(db, { clock, log: telemetry })
  const activity = createSourceActivity(db, { log: telemetry })
  const typeCounts = createTypeCounts(db, { clock, log: telemetry })
  const deliveries = createDeliveryQueue(db, clock, { tokens, durably })
  const live = createLiveFeed({ log, keys, tokens, turns, clock, telemetry })

  return {
    events,
    changes,
    live,
    archive,
    settlement,
    lake,
    sqlJudge: lake,
    aggregates: follower && createAggregates({ file: counting.file, follower, turns }),
    quarantine: createQuarantineStore(db, tokens, turns, durably),
    statements,
    trees,
    defaultXapi,
    documents: createDocumentStore(db, { clock, tokens, turns }),
    blobs: openBlobStore(join(dataDir, 'blobs')),
    tokens: async () => tokens,
    box: async () => box,
    replays: createReplayJobs(db),
    deliveries,
    registry,
    conformance,
    activity,
    typeCounts,
    mark: () => String(log.end()),
    health: () => checkHealth(dataDir, { events, changes, archive, settlement, notices }),
    gauges: () => readGauges(dataDir, { db, changes, deliveries }),

    async [Symbol.asyncDispose]() {
      catchingUp.abort()
      live[Symbol.dispose]()
      await events[Symbol.asyncDispose]()
      await statements[Symbol.asyncDispose]()
      await trees[Symbol.asyncDispose]()
      await log.close()
      await archive[Symbol.asyncDispose]()
      await caughtUp
      await lake[Symbol.asyncDispose]()
      conformance[Symbol.dispose]()
      activity[Symbol.dispose]()
      typeCounts[Symbol.dispose]()
      deliveries[Symbol.dispose]()
      durably[Symbol.dispose]()
      db.close()
      lock[Symbol.dispose]()
    },
  }
}

/** Lists the zones of those whose days are not those of UTC. */
function zonesOf(tenants: readonly Tenant[]): Record<string, string> {
  const zoned = tenants.flatMap(({ tenantId, timeZone }) => {
    return timeZone === undefined ? [] : [[tenantId, timeZone] as const]
  })
  return Object.fromEntries(zoned)
}
