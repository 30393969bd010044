import { describe, expect, it } from 'bun:test'
import { StorageError } from '../../src/error/storage-error'
import { type BlobStore, MAX_BLOB_KEY_BYTES } from '../../src/platform/blob-store'

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
  'a//b',
  'a/',
  '.hidden/..two/three...',
  'con/nul.txt/aux.',
  'x'.repeat(MAX_BLOB_KEY_BYTES),
  `${'é'.repeat(100)}/${'y'.repeat(300)}/z`,
]

const noKeys = [
  '',
  '.',
  '../a',
  'a/../b',
  'a/.',
  'a\0b',
  'a\nb',
  'a\u007f',
  'half \ud83d',
  'x'.repeat(MAX_BLOB_KEY_BYTES + 1),
  'é'.repeat(MAX_BLOB_KEY_BYTES / 2 + 1),
]

async function listAll(blobs: BlobStore, prefix: string, limit: number): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const page = await blobs.list(prefix, limit, found.at(-1))
    found.push(...page.map(({ key }) => key))
    if (page.length < limit) return found
  }
}

export function blobStoreContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} fulfils what a blob store promises`, () => {
    for (const key of keys) {
      it(`gives back the bytes under ${key.slice(0, 60)}`, async () => {
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

    for (const key of noKeys) {
      it(`refuses ${JSON.stringify(key).slice(0, 40)} as a key, which no waiting mends`, async () => {
        await using opened = await create()
        const { blobs } = opened
        const calls = [blobs.put(key, everyByte), blobs.get(key), blobs.delete(key)]
        for (const call of await Promise.allSettled(calls)) {
          expect(call).toMatchObject({ status: 'rejected', reason: { isRetriable: false } })
          expect((call as PromiseRejectedResult).reason).toBeInstanceOf(StorageError)
        }
        expect(await blobs.list('', 10)).toEqual([])
      })
    }

    it('tells keys apart by every character: case, normal form, slashes', async () => {
      await using opened = await create()
      const { blobs } = opened
      const alike = ['a', 'A', 'a/a', 'a/A', 'A/a', 'Zo\u00eb', 'Zoe\u0308', 'a%2Fa', 'a a', 'a+a']
      for (const key of alike) await blobs.put(key, utf8(key))
      for (const key of alike) expect(await blobs.get(key)).toEqual(utf8(key))
      expect(await blobs.list('', 100)).toHaveLength(alike.length)
    })

    it('holds a key and what is below it, and deletes each alone', async () => {
      await using opened = await create()
      const { blobs } = opened
      const nested = ['a', 'a/b', 'a/b/c', 'a/d']
      for (const key of nested) await blobs.put(key, utf8(key))
      expect(await listAll(blobs, '', 2)).toEqual(nested)
      await blobs.delete('a/b')
      expect(await listAll(blobs, 'a', 2)).toEqual(['a', 'a/b/c', 'a/d'])
      await blobs.delete('a/b/c')
      await blobs.put('a/b', utf8('again'))
      expect(await listAll(blobs, 'a/', 2)).toEqual(['a/b', 'a/d'])
      for (const key of nested) await blobs.delete(key)
      expect(await blobs.list('', 10)).toEqual([])
    })

    it('gives every key once in pages of any size, in one order', async () => {
      await using opened = await create()
      const { blobs } = opened
      const long = 'k'.repeat(80)
      const parts = [
        '',
        '!',
        'a',
        '~',
        '😀',
        long,
        `${long}!`,
        `${long}0`,
        long.slice(1),
        `${long}${long}`,
      ]
      const all = parts.flatMap((one) => parts.map((other) => `p${one}/${other}`))
      const distinct = [...new Set([...all, ...parts.map((part) => `p${part}`)])]
      await Promise.all(distinct.map((key) => blobs.put(key, utf8(key))))
      const inOrder = distinct.sort((a, b) => Buffer.compare(utf8(a), utf8(b)))
      for (const limit of [1000, 7]) expect(await listAll(blobs, 'p', limit)).toEqual(inOrder)
      const under = inOrder.filter((key) => key.startsWith(`p${long}`))
      expect(await listAll(blobs, `p${long}`, 5)).toEqual(under)
      expect(await listAll(blobs, 'p/', 3)).toEqual(inOrder.filter((key) => key.startsWith('p/')))
    })

    it('gives whoever reads one of several puts, whole', async () => {
      await using opened = await create()
      const { blobs } = opened
      const version = (n: number) => new Uint8Array(300_000).fill(n)
      await blobs.put('a', version(0))
      const reads: Promise<Uint8Array | undefined>[] = []
      const puts = Array.from({ length: 6 }, async (_, n) => {
        reads.push(blobs.get('a'))
        await blobs.put('a', version(n + 1))
        reads.push(blobs.get('a'))
      })
      await Promise.all(puts)
      for (const bytes of [...(await Promise.all(reads)), await blobs.get('a')]) {
        expect(Buffer.compare(bytes!, version(bytes![0]!))).toBe(0)
      }
      expect(await blobs.list('', 10)).toHaveLength(1)
    })

    it('lists what stays while others put and delete beside it', async () => {
      await using opened = await create()
      const { blobs } = opened
      const staying = ['a/1', 'b/1', 'c/1']
      for (const key of staying) await blobs.put(key, utf8('x'))
      async function comeAndGo(folder: string) {
        for (let n = 0; n < 20; n += 1) {
          await blobs.put(`${folder}/x/${n % 3}`, utf8('x'))
          await blobs.delete(`${folder}/x/${(n + 1) % 3}`)
          await blobs.delete(`${folder}/x/${n % 3}`)
        }
      }
      const changes = Promise.all(['a', 'b', 'c', 'd'].map(comeAndGo))
      for (let n = 0; n < 10; n += 1) {
        expect(await listAll(blobs, '', 2)).toEqual(expect.arrayContaining(staying))
      }
      await changes
      expect(await listAll(blobs, '', 1000)).toEqual(staying)
    })
  })
}
