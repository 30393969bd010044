/** The prefix of large documents that stay until they are replaced or deleted. */
export const LASTING_DOCUMENTS = 'documents/lasting/'

/** The prefix of large documents that expire: DynamoDB drops their items without a word to us. */
export const EXPIRING_DOCUMENTS = 'documents/expiring/'
