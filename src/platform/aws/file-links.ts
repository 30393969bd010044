import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { StorageError } from '../../error/storage-error'
import type { BlobStore } from '../blob-store'
import type { Clock } from '../clock'
import type { FileLinks, LinkedFile } from '../file-links'
import { guarded } from './errors'
import { presigned, type UnsignedRequest } from './presigned'

interface Needs {
  client: S3Client
  bucket: string
  blobs: Pick<BlobStore, 'get'>
  clock: Pick<Clock, 'now'>
}

/** How far an upload in parts is. */
interface Uploading {
  uploadId: string
  /** Blobs that are in it. */
  taken: number
  /** Each part of the upload has one, in order. */
  etags: string[]
}

// S3 takes parts of 5 MiB and more, but for the last, and 10,000 of them ("Multipart upload limits").
const PART_BYTES = 8 * 1024 * 1024
// One call takes some seconds.
const CALL_BYTES = 64 * 1024 * 1024

/** Puts files together in S3 and gives out presigned addresses of them. */
export function createFileLinks({ client, bucket: Bucket, blobs, clock }: Needs): FileLinks {
  async function begin({ key: Key, name, contentType }: LinkedFile): Promise<Uploading> {
    const about = { ContentType: contentType, ContentDisposition: `attachment; filename="${name}"` }
    const input = { Bucket, Key, ...about }
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(input))
    return { uploadId: UploadId!, taken: 0, etags: [] }
  }

  async function read(key: string): Promise<Uint8Array> {
    const bytes = await blobs.get(key)
    if (bytes !== undefined) return bytes
    throw new StorageError(`${key} is missing`, { isRetriable: false })
  }

  return {
    assemble: (file, parts, state) =>
      guarded('putting a file together', async () => {
        const { key: Key, name, contentType } = file
        let upload = state as Uploading | undefined
        let [some, bytes, all]: [Uint8Array[], number, number] = [[], 0, 0]
        let taken = upload?.taken ?? 0
        while (taken < parts.length && all < CALL_BYTES) {
          const part = await read(parts[taken]!)
          taken += 1
          some.push(part)
          bytes += part.length
          all += part.length
          const isLast = taken === parts.length
          if (bytes < PART_BYTES || (isLast && upload === undefined)) continue
          upload ??= await begin(file)
          await put(upload, some)
          upload.taken = taken
          ;[some, bytes] = [[], 0]
        }
        if (taken < parts.length) {
          // Some may have been read and be no part yet: the next call reads it again.
          return { state: upload, done: false }
        }
        if (upload === undefined) {
          // A small file needs no upload in parts, and an empty one cannot have any.
          const about = {
            ContentType: contentType,
            ContentDisposition: `attachment; filename="${name}"`,
          }
          const Body = Buffer.concat(some)
          await client.send(new PutObjectCommand({ Bucket, Key, Body, ...about }))
          return { state: undefined, done: true }
        }
        if (some.length > 0) await put(upload, some)
        const Parts = upload.etags.map((ETag, at) => ({ ETag, PartNumber: at + 1 }))
        const { uploadId: UploadId } = upload
        const whole = { Bucket, Key, UploadId, MultipartUpload: { Parts } }
        await client.send(new CompleteMultipartUploadCommand(whole))
        return { state: undefined, done: true }

        async function put(to: Uploading, pieces: Uint8Array[]) {
          const PartNumber = to.etags.length + 1
          const Body = Buffer.concat(pieces)
          const input = { Bucket, Key, UploadId: to.uploadId, PartNumber, Body }
          const { ETag } = await client.send(new UploadPartCommand(input))
          to.etags.push(ETag!)
        }
      }),

    abandon: ({ key: Key }, state) =>
      guarded('leaving off a file', async () => {
        const { uploadId: UploadId } = state as Uploading
        try {
          await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
        } catch (error) {
          if ((error as Error).name !== 'NoSuchUpload') throw error
        }
      }),

    link: ({ key: Key }, seconds) =>
      guarded('writing an address', async () => {
        const request = await unsigned(client, new GetObjectCommand({ Bucket, Key }))
        const [credentials, region] = await Promise.all([
          client.config.credentials(),
          client.config.region(),
        ])
        return presigned(request, { credentials, region, seconds, now: clock.now() })
      }),
  }
}

/** Has the SDK write the request of a command, and stops before it is signed and sent. */
async function unsigned(client: S3Client, command: GetObjectCommand): Promise<UnsignedRequest> {
  let written: UnsignedRequest | undefined
  command.middlewareStack.add(
    () => async (args) => {
      written = args.request as UnsignedRequest
      return { output: { $metadata: {} }, response: undefined }
    },
    { step: 'build', priority: 'low', name: 'writeOnly' },
  )
  await client.send(command)
  return written!
}
