/**
 * A holder keeps something that may be about a person. Each says where it is, and a test shows that it forgets;
 * `docs/privacy.md` has a row for each.
 */
export interface Holder {
  /** Tables of `nonius.db` and `statements.db`. */
  tables?: readonly string[]
  /** Files and folders of the data folder. */
  files?: readonly string[]
  /** Tables on AWS, as `deployed/tables.ts` names them. */
  aws?: readonly string[]
  /** First segments of keys of documents. */
  documents?: readonly string[]
  /** Beginnings of keys of blobs. */
  blobs?: readonly string[]
  /** A test that advances the clock stands in this file, and its name has these words. */
  shownBy: readonly [file: string, words: string]
}

const here = 'tests/local/retention.test.ts'

/** By the names in the table of `docs/privacy.md`. A place that none claims fails a test. */
export const holders: Readonly<Record<string, Holder>> = {
  'Hot store': {
    files: ['hot'],
    aws: ['events', 'live'],
    blobs: ['bodies/'],
    shownBy: [here, 'the hot store forgets'],
  },
  'Statements of xAPI': {
    files: ['statements.db'],
    tables: ['statements', 'finders', 'filed', 'spreads', 'fragments', 'settled'],
    aws: ['statements'],
    blobs: ['statements/'],
    shownBy: [here, 'the record store forgets'],
  },
  Quarantine: {
    tables: ['quarantineItems', 'quarantineUsage'],
    aws: ['quarantine'],
    blobs: ['quarantine/'],
    shownBy: [here, 'the quarantine forgets'],
  },
  'Deliveries, their log and dead letters': {
    tables: [
      ...['deliveries', 'parked_deliveries', 'dead_deliveries', 'delivered_deliveries'],
      ...['delivery_sequence', 'delivery_figures'],
    ],
    aws: ['deliveries'],
    shownBy: [here, 'deliveries are forgotten'],
  },
  'State and profiles of xAPI': {
    tables: ['documents', 'documentBytes'],
    aws: ['documents'],
    documents: ['xapi'],
    blobs: ['documents/lasting/'],
    shownBy: [here, 'documents of tools are forgotten'],
  },
  'States of reducers': {
    documents: ['reducers'],
    shownBy: [here, 'documents of tools are forgotten'],
  },
  'Sessions of tests': {
    documents: ['sessions'],
    shownBy: [here, 'documents of tools are forgotten'],
  },
  'What learners saved in Learning Observer': {
    documents: ['observer'],
    shownBy: [here, 'documents of tools are forgotten'],
  },
  'Answers to access requests': {
    documents: ['privacy'],
    blobs: ['access/'],
    shownBy: ['tests/local/access-requests.test.ts', 'is deleted after seven days'],
  },
  Exports: {
    documents: ['exports'],
    blobs: ['exports/'],
    shownBy: ['tests/local/exports.test.ts', 'is deleted after three days'],
  },
  'What expires by itself': {
    documents: ['xapi-more', 'cmi5', 'webhook-replays', 'webhook-tests'],
    blobs: ['documents/expiring/'],
    shownBy: ['tests/local/document-store.test.ts', 'are removed for their age'],
  },
  'Attachments of xAPI': {
    files: ['blobs'],
    blobs: ['attachments/'],
    shownBy: [here, 'attachments are forgotten'],
  },
  'Replays of quarantine': {
    tables: ['replayJobs'],
    shownBy: [here, 'finished replays are forgotten'],
  },
  'Counts by type, source and hour': {
    tables: ['typeHours', 'conformanceHours', 'conformanceIssues', 'withheldHours', 'arrivalSlots'],
    shownBy: ['tests/local/type-counts.test.ts', 'have hours for 400 days'],
  },
  'Erasures and tombstones': {
    documents: ['privacy', 'people', 'erasures', 'open-erasures'],
    shownBy: ['tests/privacy/erasure-everywhere.test.ts', 'is in no byte'],
  },
  'Saved queries': {
    documents: ['queries'],
    shownBy: ['tests/privacy/erasure-everywhere.test.ts', 'is in no byte'],
  },
  'Consents, learners under 13, pseudonyms': {
    documents: ['governance'],
    shownBy: ['tests/privacy/erasure-everywhere.test.ts', 'is in no byte'],
  },
  'Keys of people': {
    tables: ['keys'],
    // With tenants, sources and counts; connections last hours.
    aws: ['registry'],
    shownBy: ['tests/privacy/erasure-everywhere.test.ts', 'is in no byte'],
  },
  Rosters: {
    documents: ['rosters'],
    shownBy: [here, 'memberships that nobody tells again are forgotten'],
  },
  'Audit trail': {
    documents: ['audit'],
    shownBy: ['tests/contracts/audit-trail.contract.ts', 'forgets what is older than it may be'],
  },
  Lake: {
    files: ['lake'],
    blobs: ['large/'],
    shownBy: ['tests/contracts/settlement.contract.ts', 'settlement.expire(now, keptDays'],
  },
  'Aggregates of the lake': {
    files: ['aggregates.db'],
    shownBy: ['tests/local/aggregates.test.ts', 'forget people'],
  },
  'Trees that prove events': {
    files: ['trees.db'],
    blobs: ['trees/'],
    shownBy: ['tests/contracts/trees.contract.ts', 'forgets what has lived its days'],
  },
  'Spill, failed batches and what was not converted': {
    // What was not converted lies under `errors/` in the bucket of the lake.
    blobs: ['spill/', 'failed/', 'aws/lambda/', 'errors/'],
    shownBy: ['src/ingest/drain-lane.test.ts', 'and forgotten'],
  },
}

/** Places that no holder claims, each with the reason why nothing in them is about a learner. */
export const impersonal: Readonly<Record<string, string>> = {
  tenants: 'organisations',
  tenantSettings: 'organisations',
  sources: 'systems that send',
  sourceSettings: 'systems that send',
  webhooks: 'addresses that organisations chose',
  webhook_health: 'how addresses fare',
  cursors: 'positions',
  secret: 'a digest that tells whether the key is the right one',
  seenSenders: 'when a key sent last',
  typeTotals: 'names of types and numbers',
  'event-types': 'names and limits of types',
  issuers: 'identity providers',
  budgets: 'how much organisations and sources send and hold',
  'reducers-loaded': 'reducers, and the errors that they throw, without their words',
  loads: 'how loads into warehouses fare',
  'nonius.db': 'the file of the tables',
  'lock.db': 'nothing',
  'secret.key': 'a key',
  damaged: 'what nobody can read; named at /ready until a person removes it',
  'audit-head': 'where that ends',
  'audit-roots': 'hashes over hashes of an hour',
  'audit-roots-end': 'where those end',
  'audit-roots-published': 'how many of those others have',
}
