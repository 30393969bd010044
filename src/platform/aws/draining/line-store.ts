import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { StorageError } from '../../../error/storage-error'
import { createBlobStore } from '../blob-store'
import { storageError } from '../errors'
import type { LineStore } from './unconverted'

// A record of 1,000 KiB is 1.4 MB in base64, with a sentence about its failure.
const LONGEST_LINE = 2 * 1024 * 1024

/** Opens a bucket whose objects are read line by line, in as much memory as a line takes. */
export function createLineStore(needs: { client: S3Client; bucket: string }): LineStore {
  const { client, bucket: Bucket } = needs
  const { list, delete: remove } = createBlobStore(needs)
  return {
    list,
    delete: remove,

    async *lines(Key) {
      let rest = ''
      const decoder = new TextDecoder()
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
        for await (const chunk of Body as AsyncIterable<Uint8Array>) {
          const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n')
          rest = lines.pop()!
          if (rest.length > LONGEST_LINE) throw tooLong(Key)
          for (const line of lines) if (line !== '') yield line
        }
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return
        throw error instanceof StorageError ? error : storageError('reading lines', error)
      }
      if (rest !== '') yield rest
    },
  }
}

function tooLong(key: string): StorageError {
  return new StorageError(`${key} has a line of more than ${LONGEST_LINE} characters`, {
    isRetriable: false,
  })
}
