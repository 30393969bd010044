import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { RootSink } from '../root-sink'
import { guarded } from './errors'
import { serviceTimeOuts as requestHandler } from './time-outs'

/**
 * Puts roots into a bucket of the operator's, an object each. With object lock and a default retention there,
 * nobody can change or remove one before its time, and a repeat is a further version of the same bytes. S3
 * asks for a checksum with what it locks (PutObject, "x-amz-sdk-checksum-algorithm"); the SDK adds one.
 */
export function createBucketSink(
  client: S3Client,
  { bucket: Bucket, prefix }: { bucket: string; prefix: string },
): RootSink {
  return {
    name: `s3://${Bucket}/${prefix}`,

    async put(root) {
      const sequence = String(root.sequence).padStart(16, '0')
      const Key = `${prefix}${encodeURIComponent(root.tenantId)}/${sequence}-${root.hour}.json`
      const Body = JSON.stringify(root)
      const put = { Bucket, Key, Body, ContentType: 'application/json' }
      await guarded('publishing a root', () => client.send(new PutObjectCommand(put)))
    },
  }
}

export function openBucketSink(place: { bucket: string; prefix: string }): RootSink {
  return createBucketSink(new S3Client({ requestHandler }), place)
}
