/** Large documents that stay until they are replaced or deleted have this prefix. */
export const LASTING_DOCUMENTS = 'documents/lasting/'

/** Large documents that expire have this prefix: DynamoDB drops their items without telling us. */
export const EXPIRING_DOCUMENTS = 'documents/expiring/'

/** Statements that are too large for an item have their bodies under this prefix. */
export const STATEMENT_BODIES = 'statements/'
