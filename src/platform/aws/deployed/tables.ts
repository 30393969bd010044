/** A DynamoDB table as plain data: infra, the emulators and the adapters' tests all make it from this. */
export interface TableShape {
  hashKey: string
  rangeKey?: string
  /** Global secondary indexes; every key attribute is a string. */
  indexes: IndexShape[]
  /** The attribute with the second (epoch) after which DynamoDB may drop an item. */
  ttl?: string
  /** Whether changes are streamed, and what of them. */
  stream?: 'new-image'
}

export interface IndexShape {
  name: string
  hashKey: string
  rangeKey: string
  projection: 'keys-only' | 'all'
}

/** Every table there is. Names of attributes are short: each item pays for them (1 KB is a write unit). */
export const tables = {
  /** The hot store (`event-store.ts`). Which of its indexes exist is the deployment's choice. */
  events: {
    hashKey: 'k',
    indexes: [
      { name: 'actor', hashKey: 'ia', rangeKey: 's', projection: 'keys-only' },
      { name: 'object', hashKey: 'io', rangeKey: 's', projection: 'keys-only' },
      { name: 'type', hashKey: 'it', rangeKey: 's', projection: 'keys-only' },
      { name: 'session', hashKey: 'is', rangeKey: 's', projection: 'keys-only' },
      { name: 'group', hashKey: 'ig', rangeKey: 's', projection: 'keys-only' },
      { name: 'time', hashKey: 'ie', rangeKey: 's', projection: 'keys-only' },
    ],
    ttl: 'x',
    stream: 'new-image',
  },
  /** Tenants, sources, keys, webhooks, counts, connections, the root secret (`registry.ts`). */
  registry: { hashKey: 'pk', rangeKey: 'sk', indexes: [], ttl: 'expiresAt' },
  /** `quarantine-store.ts`; large items have their text in the bucket. */
  quarantine: { hashKey: 'pk', rangeKey: 'sk', indexes: [] },
  /** `document-store.ts`; bytes of larger documents are in the bucket. */
  documents: { hashKey: 'pk', rangeKey: 'sk', indexes: [], ttl: 'expiresAt' },
  /** What SQS cannot say of a delivery (`delivery-queue.ts`). */
  deliveries: { hashKey: 'pk', rangeKey: 'sk', indexes: [], ttl: 'expiresAt' },
} as const satisfies Record<string, TableShape>

export type TableName = keyof typeof tables

/** The partition of the registry that holds all webhooks, so that who writes them may write no more. */
export const WEBHOOKS_PARTITION = 'webhooks'
