import { createBlobStore } from '../../src/platform/aws/blob-store'
import { createSettlement } from '../../src/platform/aws/settlement'
import { createStatements } from '../../src/platform/aws/settlement/statements'
import type { BlobStore } from '../../src/platform/blob-store'
import { silentLog } from '../../src/telemetry/log'
import { startAthenaByTrino } from '../../tools/aws-local/emulators/athena-by-trino'
import { memoryBlobs } from '../support/blobs'
import { aRunningClock } from '../support/clock'
import { type AwsLake, bucket, database } from './aws-lake'

/** Settling of a lake on AWS, with a clock to turn: what S3 says of times goes by it, too. */
export function startSettling(aws: AwsLake, tenants: readonly string[] = ['default']) {
  const clock = aRunningClock()
  const blobs = memoryBlobs()
  const now = clock.now
  const athena = startAthenaByTrino({
    ...{ query: aws.trino.query, glue: aws.glue, bucket, database, now },
  })
  const objects = createBlobStore({ client: aws.s3, bucket })
  const landedAt = new Map<string, string>()
  const lake = {
    ...objects,
    async list(...asked: Parameters<BlobStore['list']>) {
      const found = await objects.list(...asked)
      return found.map((one) => ({ ...one, storedAt: landedAt.get(one.key) ?? one.storedAt }))
    },
  }
  return {
    ...{ athena, blobs, clock, objects },
    /** All that is there by now, and was not before, has landed now. */
    async noteLanding() {
      for (const { key } of await objects.list('events/', 1000)) {
        if (!landedAt.has(key)) landedAt.set(key, now().toISOString())
      }
    },
    /** As another process would open it. */
    settlement: () =>
      createSettlement({
        statements: createStatements({ client: athena.client, workgroup: 'settling', database }),
        ...{ lake, bucket, blobs, clock, log: silentLog },
        tenants: {
          list: async () => tenants.map((tenantId) => ({ tenantId, name: '', createdAt: '' })),
        },
      }),
    [Symbol.asyncDispose]: () => athena[Symbol.asyncDispose](),
  }
}
