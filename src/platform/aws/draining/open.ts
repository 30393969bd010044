import { FirehoseClient } from '@aws-sdk/client-firehose'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { RetentionClass } from '../../../event/record'
import { cutCalls } from '../archive/pack'
import { putRecords } from '../archive/put-records'
import { createBlobStore } from '../blob-store'
import type { Resources } from '../deployed/resources'
import { serviceTimeOuts } from '../time-outs'
import { createLineStore } from './line-store'
import { createDrainQueue, type DrainQueue } from './queue'

/** Opens the queue by which work is handed out. */
export function openDrainQueue({ drainQueueUrl: queueUrl }: Resources): DrainQueue {
  return createDrainQueue({ sqs: new SQSClient({ requestHandler: serviceTimeOuts }), queueUrl })
}

/** Opens the bucket of the lake, of which only what could not be converted may be read. */
export function openLines({ lakeBucket: bucket }: Resources) {
  const client = new S3Client({ requestHandler: serviceTimeOuts })
  const { put } = createBlobStore({ client, bucket })
  return { ...createLineStore({ client, bucket }), put }
}

/** Opens what puts records that could not be converted into the stream of their class again. */
export function openPuttingBack(resources: Resources) {
  const client = new FirehoseClient({ requestHandler: serviceTimeOuts })
  // A throttled stream is not waited for: those who hand on new events come first.
  const putting = { client, leftMs: () => Number.POSITIVE_INFINITY }
  const onTaken = () => {}
  const { archiveStreams: streams } = resources
  return {
    lake: openLines(resources),
    async put(retentionClass: RetentionClass, records: readonly Uint8Array[]) {
      for (const [first, call] of cutCalls(records).entries()) {
        await putRecords(putting, streams[retentionClass], call, { onTaken, first })
      }
    },
  }
}
