import { readConfig } from '../src/config/read-config'
import { FILE_DAYS } from '../src/exports/export'
import { EXPORT_BLOBS } from '../src/exports/parts'
import {
  blobPlaces,
  EVENT_BODIES,
  EXPIRING_DOCUMENTS,
  STATEMENT_BODIES,
} from '../src/platform/aws/deployed/blobs'
import { HOURS } from '../src/platform/aws/trees/places'
import { MAX_LIFETIME_MS } from '../src/platform/document-store'
import { ACCESS_BLOBS } from '../src/privacy/access/parts'
import { RESULT_DAYS } from '../src/privacy/access/request'
import { ATTACHMENT_MARGIN_DAYS } from '../src/privacy/retention/forget'
import { WARM_DAYS, yearsKept } from './retention'
import { environment } from './settings'
import { isPermanentStage } from './stage'

const { hotTtlDays, xapiRetentionDays, quarantineDays } = readConfig(environment)
// Items are forgotten once a day, and one that is amended has a text of that day: this is long enough for a sweep
// that stands still, too.
const QUARANTINE_MARGIN_DAYS = 31
const lifetimeDays = MAX_LIFETIME_MS / (24 * 60 * 60 * 1000)

/**
 * The bucket holds bodies beside the tables, requests the hot store could not take, batches the
 * changes gave up on.
 */
export const blobs = new sst.aws.Bucket('Blobs', {
  cors: false,
  lifecycle: [
    // Records too large for the lake last as long as the rows that name them.
    ...Object.entries(yearsKept).map(([name, count]) => ({
      id: `expire-large-${name}`,
      prefix: `large/${name}/`,
      expiresIn: `${count * 365} days` as const,
    })),
    // Bodies belong to items that are too large for the hot store. They last a week more than
    // those: DynamoDB takes days to drop what has expired, and its stream is read within one.
    { id: 'expire-bodies', prefix: EVENT_BODIES, expiresIn: `${hotTtlDays + 7} days` },
    {
      id: 'expire-statements',
      prefix: STATEMENT_BODIES,
      expiresIn: `${xapiRetentionDays + 7} days`,
    },
    // Texts of quarantine go with their items, at the end of their days; this is for what a failure leaves behind.
    {
      id: 'expire-quarantine',
      prefix: blobPlaces.quarantine,
      expiresIn: `${quarantineDays + QUARANTINE_MARGIN_DAYS} days`,
    },
    // Each statement that brings an attachment stores it anew: an older one belongs to none.
    {
      id: 'expire-attachments',
      prefix: 'attachments/',
      expiresIn: `${xapiRetentionDays + ATTACHMENT_MARGIN_DAYS} days`,
    },
    // Answers to access requests are deleted with their time; this is for what a failure leaves.
    { id: 'expire-access', prefix: ACCESS_BLOBS, expiresIn: `${RESULT_DAYS + 31} days` },
    // So are exports; one that fails leaves nothing, but its function may have been ended.
    { id: 'expire-exports', prefix: EXPORT_BLOBS, expiresIn: `${FILE_DAYS + 2} days` },
    // The bytes last a day more than the documents that they belong to.
    { id: 'expire-documents', prefix: EXPIRING_DOCUMENTS, expiresIn: `${lifetimeDays + 1} days` },
  ],
  transform: {
    bucket: keptUnlessEmpty,
    lifecycle(lifecycle) {
      lifecycle.rules = $util.output(lifecycle.rules).apply((rules = []) => [...rules, coolTrees])
      return undefined
    },
  },
})

// Closed hours of trees are kept for as long as their events, and read when somebody asks for a proof. S3
// leaves objects below 128 KB where they are ("Transitioning objects using Amazon S3 Lifecycle").
const coolTrees = {
  id: 'cool-trees',
  status: 'Enabled',
  filter: { prefix: HOURS },
  transitions: [{ days: WARM_DAYS, storageClass: 'GLACIER_IR' }],
}

/** S3 refuses to delete a bucket that holds something; SST would empty it first. */
export function keptUnlessEmpty(bucket: { forceDestroy?: unknown }): undefined {
  bucket.forceDestroy = !isPermanentStage
}
