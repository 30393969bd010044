import { describe, expect, it } from 'bun:test'
import { S3Client } from '@aws-sdk/client-s3'
import { StorageError } from '../../../src/error/storage-error'
import { createBlobStore } from '../../../src/platform/aws/blob-store'
import { blobStoreContract } from '../../contracts/blob-store.contract'
import { freshBucket, ministackSettings } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'

async function open(plan: (command: string, nth: number) => Fault | undefined = () => undefined) {
  const settings = { ...(await ministackSettings()), forcePathStyle: true }
  const client = new S3Client(settings)
  const bucket = await freshBucket(client)
  const faulty = withFaults(new S3Client(settings), plan)
  return {
    client,
    blobs: createBlobStore({ client: faulty, bucket }),
    async [Symbol.asyncDispose]() {
      client.destroy()
      faulty.destroy()
    },
  }
}

blobStoreContract('S3', open)

const bytes = new TextEncoder().encode('x')

describe('a blob store whose bucket fails', () => {
  for (const fault of ['lost-reply', 'throttled', 'broken', 'unreachable'] as const) {
    it(`does what it was asked when it is ${fault} once`, async () => {
      await using opened = await open((_, nth) => (nth === 1 ? fault : undefined))
      const { blobs } = opened
      await blobs.put('a', bytes)
      expect(await blobs.get('a')).toEqual(bytes)
      expect(await blobs.list('', 10)).toHaveLength(1)
      await blobs.delete('a')
      expect(await blobs.get('a')).toBeUndefined()
    })
  }

  const lasting: [fault: Fault, isRetriable: boolean][] = [
    ['throttled', true],
    ['unreachable', true],
    ['expired-token', true],
    ['denied', false],
  ]
  for (const [fault, isRetriable] of lasting) {
    it(`throws a storage error from every method when it stays ${fault}`, async () => {
      await using opened = await open(() => fault)
      const { blobs } = opened
      const calls = [blobs.put('a', bytes), blobs.get('a'), blobs.list('', 1), blobs.delete('a')]
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: 'rejected', reason: { isRetriable } })
        expect((call as PromiseRejectedResult).reason).toBeInstanceOf(StorageError)
      }
    })
  }

  it('takes a bucket that is not there for a failure, not for an absent blob', async () => {
    await using opened = await open()
    const blobs = createBlobStore({ client: opened.client, bucket: 'nobodys-bucket' })
    const failure = await blobs.get('a').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', false)
  })
})
