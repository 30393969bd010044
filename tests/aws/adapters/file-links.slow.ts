import { describe, expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { createBlobStore } from '../../../src/platform/aws/blob-store'
import { createFileLinks } from '../../../src/platform/aws/file-links'
import { systemClock as clock } from '../../../src/platform/clock'
import { freshBucket, ministackSettings } from '../../support/aws/emulators'

async function open() {
  const settings = { ...(await ministackSettings()), forcePathStyle: true }
  const client = new S3Client(settings)
  const bucket = await freshBucket(client)
  const blobs = createBlobStore({ client, bucket })
  const links = createFileLinks({ client, bucket, blobs, clock })
  const file = {
    key: 'exports/a/b (c)/file',
    name: 'events.csv.gz',
    contentType: 'application/gzip',
  }

  /** Puts blobs, and the file together, by as many calls as it takes. */
  async function assembled(sizes: readonly number[]) {
    const parts = await Promise.all(
      sizes.map(async (size, at) => {
        const bytes = randomBytes(size)
        await blobs.put(`exports/a/b (c)/parts/${at}`, bytes)
        return { key: `exports/a/b (c)/parts/${at}`, bytes }
      }),
    )
    const keys = parts.map(({ key }) => key)
    let calls = 0
    for (let state: unknown; ; ) {
      calls += 1
      // What is stored between two calls is JSON.
      const next = await links.assemble(file, keys, state && JSON.parse(JSON.stringify(state)))
      if (next.done) break
      state = next.state
    }
    return { calls, whole: Buffer.concat(parts.map(({ bytes }) => bytes)) }
  }

  return {
    ...{ client, bucket, blobs, links, file, assembled },
    uploads: async () =>
      (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [],
    [Symbol.dispose]: () => client.destroy(),
  }
}

const MB = 1024 * 1024

describe('a file in S3', () => {
  const sizes: [name: string, sizes: number[], calls: number][] = [
    ['of nothing', [], 1],
    ['of one small part', [10], 1],
    ['of small parts', [10, 0, 20], 1],
    ['of parts around the least', [5 * MB, 5 * MB - 1, 1], 1],
    ['of one large part', [20 * MB], 1],
    ['of many parts', Array.from({ length: 30 }, () => 3 * MB + 7), 2],
  ]
  for (const [name, parts, calls] of sizes) {
    it(`is whole, ${name}`, async () => {
      using opened = await open()
      const made = await opened.assembled(parts)
      expect(made.calls).toBe(calls)
      const stored = await opened.blobs.get(opened.file.key)
      expect(Buffer.compare(stored!, made.whole)).toBe(0)
      expect(await opened.uploads()).toEqual([])
      const reply = await fetch(await opened.links.link(opened.file, 60))
      expect(reply.status).toBe(200)
      expect(Buffer.compare(await reply.bytes(), made.whole)).toBe(0)
      expect(reply.headers.get('Content-Disposition')).toBe('attachment; filename="events.csv.gz"')
    }, 60_000)
  }

  it('leaves nothing behind when it is left off', async () => {
    using opened = await open()
    const { links, file, blobs } = opened
    const keys = Array.from({ length: 8 }, (_, at) => `p${at}`)
    for (const key of keys) await blobs.put(key, randomBytes(9 * MB))
    const { state, done } = await links.assemble(file, [...keys, 'p-later'])
    expect(done).toBe(false)
    expect(await opened.uploads()).toHaveLength(1)
    await links.abandon(file, state)
    await links.abandon(file, state)
    expect(await opened.uploads()).toEqual([])
    expect(await blobs.get(file.key)).toBeUndefined()
  }, 60_000)
})
