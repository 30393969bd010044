/** Large documents that stay until they are replaced or deleted have this prefix. */
export const LASTING_DOCUMENTS = 'documents/lasting/'

/** Large documents that expire have this prefix: DynamoDB drops their items without telling us. */
export const EXPIRING_DOCUMENTS = 'documents/expiring/'

/** Events that are too large for an item have their bodies under this prefix. */
export const EVENT_BODIES = 'bodies/'

/**
 * Statements that are too large for an item have their bodies under this prefix, in the events table
 * and in the statements'.
 */
export const STATEMENT_BODIES = 'statements/'

/**
 * Names every place of the bucket, as permissions and rules know them (`docs/aws.md`, "What was put aside"):
 * a function reads and writes some of them.
 */
export const blobPlaces = {
  bodies: EVENT_BODIES,
  statements: STATEMENT_BODIES,
  attachments: 'attachments/',
  documents: 'documents/',
  lasting: LASTING_DOCUMENTS,
  quarantine: 'quarantine/',
  spill: 'spill/',
  large: 'large/',
  failed: 'failed/',
  /** Lambda puts the batches here that a function failed on to the end. */
  givenUp: 'aws/lambda/',
  trees: 'trees/',
  leaves: 'trees/batches/',
  /** `settle` has what it knows here, and what it is asked. */
  settling: 'lake/',
  access: 'access/',
  exports: 'exports/',
} as const
