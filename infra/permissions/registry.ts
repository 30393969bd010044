import { registryPartitions } from '../../src/platform/aws/deployed/tables'
import { rootKey } from '../keys'
import { registry } from '../tables'
import type { Permissions } from './permission'

export const readRegistry: Permissions = [
  { actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: [registry.arn] },
]

const { counted, requested, connected, keys, tenants, types, webhooks, rootSecret } =
  registryPartitions

/**
 * Writes these partitions of the registry and no other: `api` is at the end of a public address, and whoever
 * writes keys is an administrator ("Using IAM policy conditions for fine-grained access control", DynamoDB's
 * guide).
 * @param partitions keys of partitions; `*` stands for any text
 */
const writeRegistry = (actions: readonly string[], partitions: readonly string[]): Permissions => [
  {
    actions: actions.map((one) => `dynamodb:${one}`),
    resources: [registry.arn],
    conditions: [
      {
        test: 'ForAllValues:StringLike',
        variable: 'dynamodb:LeadingKeys',
        values: [...partitions],
      },
    ],
  },
]

/** Counts what arrives, by source and key. */
export const countArrivals = writeRegistry(['UpdateItem'], counted)

/** Counts requests of callers who come near their rate, together with other processes. */
export const countRequests = writeRegistry(['UpdateItem'], requested)

/** Makes, changes and deletes webhooks, in transactions. */
export const writeWebhooks = writeRegistry(['UpdateItem', 'DeleteItem'], webhooks)

/** Gives out keys and ends them, and changes tenants and their sources, in transactions. */
export const writeKeys = writeRegistry(['PutItem', 'UpdateItem'], [...keys, ...tenants])

/** Forgets whose a key was, and ends it. */
export const forgetOwners = writeRegistry(['UpdateItem'], [...keys, ...tenants])

/** Notes who is connected over WebSocket, and that they are gone. */
export const noteConnections = writeRegistry(['PutItem', 'UpdateItem', 'DeleteItem'], connected)

/** Switches off a webhook whose target says that it is gone; keys of senders stay out of reach. */
export const updateWebhooks = writeRegistry(['UpdateItem'], webhooks)

/** Counts what was stored by its type, in transactions of updates; no key or setting is in reach. */
export const countTypes = writeRegistry(['UpdateItem'], types)

const underTheRootKey = (...actions: string[]): Permissions => [
  {
    actions: actions.map((one) => `kms:${one}`),
    resources: [rootKey.arn],
    conditions: [
      {
        test: 'StringEquals',
        variable: 'kms:EncryptionContext:purpose',
        values: ['root secret'],
      },
    ],
  },
]

/** Opens the root secret; nothing else under this key. */
export const openSecrets = underTheRootKey('Decrypt')

/**
 * Draws the root secret where there is none, which only `sweep` does, and whoever deploys: what answers requests
 * could write over it.
 */
export const drawSecrets: Permissions = [
  ...underTheRootKey('GenerateDataKeyWithoutPlaintext'),
  ...writeRegistry(['PutItem'], rootSecret),
]
