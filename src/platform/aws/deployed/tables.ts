/**
 * A table's shape is plain data: infra, the emulators and the adapters' tests all make it from
 * this.
 */
export interface TableShape {
  hashKey: string
  rangeKey?: string
  /** Lists the global secondary indexes; every key attribute is a string. */
  indexes: IndexShape[]
  /** Names the attribute with the second (epoch) after which DynamoDB may drop an item. */
  ttl?: string
  /** Says whether changes are streamed, and what of them. */
  stream?: 'new-image'
}

export interface IndexShape {
  name: string
  hashKey: string
  rangeKey: string
  projection: 'keys-only' | 'all'
}

/**
 * These are all tables. Names of attributes are short: each item pays for them (1 KB is a write
 * unit).
 */
export const tables = {
  /**
   * The hot store (`event-store.ts`) is here. Which of its indexes exist is the deployment's
   * choice.
   */
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
  /**
   * The registry has tenants, sources, keys, webhooks, counts, connections, the root secret
   * (`registry.ts`).
   */
  registry: { hashKey: 'pk', rangeKey: 'sk', indexes: [], ttl: 'expiresAt' },
  /** The quarantine (`quarantine-store.ts`) is here; large items have their text in the bucket. */
  quarantine: { hashKey: 'pk', rangeKey: 'sk', indexes: [] },
  /** Documents (`document-store.ts`) are here; bytes of larger ones are in the bucket. */
  documents: { hashKey: 'pk', rangeKey: 'sk', indexes: [], ttl: 'expiresAt' },
  /**
   * Statements of record stores (`statement-store.ts`) are here, each with an entry for every value
   * that finds it.
   */
  statements: { hashKey: 'pk', rangeKey: 'sk', indexes: [], ttl: 'x' },
  /** Deliveries have here what SQS cannot say of them (`delivery-queue.ts`). */
  deliveries: {
    hashKey: 'pk',
    rangeKey: 'sk',
    // It lists them under their webhook and status.
    indexes: [{ name: 'log', hashKey: 'logOf', rangeKey: 'logAt', projection: 'keys-only' }],
    ttl: 'expiresAt',
  },
  /** Live readers follow what is here (`live/`): the log of each tenant. So is who is subscribed. */
  live: { hashKey: 'pk', rangeKey: 'sk', indexes: [], ttl: 'expiresAt' },
} as const satisfies Record<string, TableShape>

export type TableName = keyof typeof tables

/**
 * This partition of the registry holds all webhooks, so that a function that writes them may write
 * no more.
 */
export const WEBHOOKS_PARTITION = 'webhooks'

/**
 * The partitions of the registry that hold counts by type begin so, each with `#` and its tenant behind
 * it: a function that counts may write no other.
 */
export const TYPES_PARTITIONS = 'types'

/**
 * The partitions of the registry that hold counts of requests begin so, each with `#` and its caller behind it:
 * a function that keeps rates may write no other.
 */
export const RATES_PARTITIONS = 'rates'

/** This partition of the registry holds the sealed root secret, which whoever needs it first puts. */
export const ROOT_SECRET_PARTITION = 'root-secret'

/**
 * Names the partitions of the registry (`registry.ts`) by who writes them: permissions allow no other. `*`
 * stands for any text, as policies have it.
 */
export const registryPartitions = {
  /** How much arrives from a source and with a key: whatever takes events in counts. */
  counted: ['counts#*', 'activity#*'],
  /** How many requests came of a caller: whatever keeps rates counts. */
  requested: [`${RATES_PARTITIONS}#*`],
  /** Whose a connection is. */
  connected: ['connection#*', 'connections#*'],
  /** Keys as requests find them: whoever writes here lets anybody in. */
  keys: ['key#*'],
  /** Tenants, with their sources and the list of their keys. */
  tenants: ['tenant#*', 'tenants'],
  types: [`${TYPES_PARTITIONS}#*`],
  webhooks: [WEBHOOKS_PARTITION],
  rootSecret: [ROOT_SECRET_PARTITION],
} as const satisfies Record<string, readonly string[]>
