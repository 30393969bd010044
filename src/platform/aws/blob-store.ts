import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { BlobStore } from '../blob-store'
import { guarded } from './errors'

/**
 * Needs `s3:ListBucket` also to read: without it S3 answers 403 for what is not there, to tell
 * nobody what is (GetObject, "Permissions").
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
        // The SDK adds a CRC-32 that S3 checks, so what is stored is what was sent.
        await client.send(new PutObjectCommand({ Bucket, Key, Body }))
      }),

    get: (Key) =>
      guarded('reading a blob', async () => {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
          return await Body!.transformToByteArray()
        } catch (error) {
          if ((error as Error).name === 'NoSuchKey') return undefined
          throw error
        }
      }),

    list: (Prefix, MaxKeys, StartAfter) =>
      guarded('listing blobs', async () => {
        const input = { Bucket, Prefix, MaxKeys, StartAfter }
        const { Contents = [] } = await client.send(new ListObjectsV2Command(input))
        return Contents.map(({ Key, Size, LastModified }) => ({
          key: Key!,
          bytes: Size!,
          storedAt: LastModified!.toISOString(),
        }))
      }),

    delete: (Key) =>
      guarded('deleting a blob', async () => {
        await client.send(new DeleteObjectCommand({ Bucket, Key }))
      }),
  }
}
