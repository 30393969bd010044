import { describe, expect, it } from 'bun:test'
import type { BlobStore } from '../../src/platform/blob-store'

type Opened = { blobs: BlobStore } & AsyncDisposable

const utf8 = (text: string) => new TextEncoder().encode(text)

// Of every value, so that nothing on the way may take them for text.
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)

const keys = [
  'a',
  'spill/2026-11-21/09/r1.json',
  'quarantine/school%2F1/019aa5c2',
  'with space, comma & ? # + %',
  "it's (a) [key] {too}!*=@",
  'Zoë/日本/😀',
]

export function blobStoreContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the blob store's promises`, () => {
    for (const key of keys) {
      it(`gives back the bytes under ${key}`, async () => {
        await using opened = await create()
        const { blobs } = opened
        await blobs.put(key, everyByte)
        expect(await blobs.get(key)).toEqual(everyByte)
        const [entry] = await blobs.list('', 10)
        expect(entry).toMatchObject({ key, bytes: 256 })
        expect(entry!.storedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        await blobs.delete(key)
        expect(await blobs.get(key)).toBeUndefined()
      })
    }

    it('keeps nothing at all, and megabytes', async () => {
      await using opened = await create()
      const { blobs } = opened
      const large = new Uint8Array(6 * 1024 * 1024).map((_, at) => at % 251)
      await blobs.put('none', new Uint8Array())
      await blobs.put('large', large)
      expect(await blobs.get('none')).toEqual(new Uint8Array())
      expect(Buffer.compare((await blobs.get('large'))!, large)).toBe(0)
    })

    it('replaces what a key held', async () => {
      await using opened = await create()
      const { blobs } = opened
      await blobs.put('a', utf8('first, and longer'))
      await blobs.put('a', utf8('second'))
      expect(await blobs.get('a')).toEqual(utf8('second'))
      expect(await blobs.list('', 10)).toHaveLength(1)
    })

    it('has nothing under a key that was not put, nor under a part of one', async () => {
      await using opened = await create()
      const { blobs } = opened
      await blobs.put('a/b', utf8('x'))
      for (const key of ['a', 'a/', 'b', 'a/b/c', 'A/b']) {
        expect(await blobs.get(key)).toBeUndefined()
      }
      await blobs.delete('a')
      expect(await blobs.get('a/b')).toEqual(utf8('x'))
    })

    it('lists by key in the order of UTF-8, a part at a time', async () => {
      await using opened = await create()
      const { blobs } = opened
      // In UTF-16 the emoji would come before the ligature.
      const inOrder = [
        'b/!',
        'b/1',
        'b/10',
        'b/2',
        'b/A',
        'b/a',
        'b/a/a',
        'b/é',
        'b/\uFB01',
        'b/😀',
      ]
      for (const key of [...inOrder.toReversed(), 'a/1', 'c/1']) await blobs.put(key, utf8(key))
      const listed = async (limit: number, after?: string) =>
        (await blobs.list('b/', limit, after)).map(({ key }) => key)
      expect(await listed(1000)).toEqual(inOrder)
      expect(await listed(4)).toEqual(inOrder.slice(0, 4))
      expect(await listed(4, inOrder[3])).toEqual(inOrder.slice(4, 8))
      expect(await listed(4, inOrder[7])).toEqual(inOrder.slice(8))
      expect(await listed(4, inOrder[9])).toEqual([])
      // A place that is held no more, or never was, is a place still.
      expect(await listed(1, 'b/1x')).toEqual(['b/2'])
    })

    it('lists what begins with the prefix, which need not end at a slash', async () => {
      await using opened = await create()
      const { blobs } = opened
      for (const key of ['spill/1', 'spilled', 'spil']) await blobs.put(key, utf8('x'))
      const listed = (await blobs.list('spill', 10)).map(({ key }) => key)
      expect(listed).toEqual(['spill/1', 'spilled'])
      expect(await blobs.list('nothing', 10)).toEqual([])
    })

    it('deletes what is not there without complaint', async () => {
      await using opened = await create()
      await opened.blobs.delete('never put')
    })
  })
}
