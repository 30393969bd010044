import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  type _Object as S3Object,
} from '@aws-sdk/client-s3'
import type { BlobEntry, BlobStore } from '../blob-store'
import { checkBlobKey } from '../shared/blob-key'
import { guarded } from './errors'

/**
 * Stores blobs in a bucket of S3. Reading needs `s3:ListBucket` too: without it S3 answers 403 for
 * what is not there, to tell nobody what is (GetObject, "Permissions").
 */
export function createBlobStore({
  client,
  bucket: Bucket,
}: {
  client: S3Client
  bucket: string
}): BlobStore {
  return {
    put: (Key, Body) =>
      guarded('saving a blob', async () => {
        checkBlobKey(Key)
        // The SDK adds a CRC-32 that S3 checks, so what is stored is what was sent.
        await client.send(new PutObjectCommand({ Bucket, Key, Body }))
      }),

    get: (Key) =>
      guarded('reading a blob', async () => {
        checkBlobKey(Key)
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
          return await Body!.transformToByteArray()
        } catch (error) {
          if ((error as Error).name === 'NoSuchKey') return undefined
          throw error
        }
      }),

    list: (Prefix, limit, after) =>
      guarded('listing blobs', async () => {
        const entries: BlobEntry[] = []
        // S3 may give fewer than are asked for, and says so ("ListObjectsV2", IsTruncated).
        for (let isMore = true; isMore && entries.length < limit; ) {
          const MaxKeys = limit - entries.length
          const input = { Bucket, Prefix, MaxKeys, StartAfter: entries.at(-1)?.key ?? after }
          const { Contents = [], IsTruncated } = await client.send(new ListObjectsV2Command(input))
          entries.push(...Contents.map(entryOf))
          isMore = IsTruncated === true && Contents.length > 0
        }
        return entries
      }),

    delete: (Key) =>
      guarded('deleting a blob', async () => {
        checkBlobKey(Key)
        await client.send(new DeleteObjectCommand({ Bucket, Key }))
      }),
  }
}

function entryOf({ Key, Size, LastModified }: S3Object): BlobEntry {
  return { key: Key!, bytes: Size!, storedAt: LastModified!.toISOString() }
}
