import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { createBlobStore } from '../../../src/platform/aws/blob-store'
import { createQuarantineStore } from '../../../src/platform/aws/quarantine-store'
import type { QuarantinedItem, QuarantineStore } from '../../../src/platform/quarantine-store'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { aDynamoDbClient, freshBucket, freshTable, ministackSettings } from './emulators'
import { type Fault, withFaults } from './faults'

const signer = createTokenSigner(new Uint8Array(32).fill(7))
const tokens = async () => signer

/** A quarantine of its own. */
export async function openQuarantine() {
  const client = await aDynamoDbClient()
  const s3 = new S3Client({ ...(await ministackSettings()), forcePathStyle: true })
  const [table, bucket] = await Promise.all([freshTable(client, 'quarantine'), freshBucket(s3)])
  const blobs = createBlobStore({ client: s3, bucket })
  const createStore = (changed: Partial<Parameters<typeof createQuarantineStore>[0]> = {}) =>
    createQuarantineStore({ client, table, blobs, tokens, ...changed })
  return {
    ...{ client, table, blobs, createStore, store: createStore() },
    /** As another process has it whose client of DynamoDB fails. */
    async failing(plan: (command: string, nth: number) => Fault | undefined) {
      return createStore({ client: withFaults(await aDynamoDbClient(), plan) })
    },
    /** Everything that the table holds, as text. */
    async dump() {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table }))
      return JSON.stringify(Items)
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      s3.destroy()
    },
  }
}

export function anItem(number: number, fields: Partial<QuarantinedItem> = {}): QuarantinedItem {
  return {
    ...{ quarantineId: `q_${number}`, tenantId: 'school', sourceId: 'moodle' },
    ...{ standard: 'caliper', scope: 'item', index: number, context: {}, raw: '{"actor": 7}' },
    errors: [{ path: ['type'], message: 'Required', code: 'required' }],
    receivedAt: '2026-11-21T09:30:00.000Z',
    server: { requestId: 'r1' },
    ...fields,
  }
}

export const some = (count: number, from = 0) =>
  Array.from({ length: count }, (_, number) => anItem(from + number))

/** Text that does not compress into an item. */
export function aLargeText(): string {
  return Array.from({ length: 3000 }, (_, n) => ((n * 2654435761) % 4294967296).toString(36)).join()
}

/** What the usage must be, of what the store lists. */
export async function countedAnew(store: QuarantineStore, tenantId = 'school') {
  const { items } = await store.list(tenantId, { limit: 1000 })
  const bySource = Map.groupBy(items, ({ sourceId }) => sourceId)
  const usages = [...bySource].map(([sourceId, held]) => ({
    ...{ sourceId, items: held.length },
    bytes: held.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0),
  }))
  return usages.sort((a, b) => (a.sourceId < b.sourceId ? -1 : 1))
}
