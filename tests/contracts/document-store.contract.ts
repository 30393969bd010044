import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { AppError } from '../../src/error/app-error'
import {
  type DocumentContent,
  type DocumentEntry,
  type DocumentKey,
  type DocumentStore,
  etagOf,
  MAX_DOCUMENT_BYTES,
  MAX_LIFETIME_MS,
} from '../../src/platform/document-store'
import { documentModel, step } from '../support/document-model'

export type OpenedDocuments = {
  store: DocumentStore
  /** Another process's view of the same documents. */
  another: DocumentStore
  clock: { now(): Date; advance(ms: number): void }
} & AsyncDisposable

const utf8 = (text: string) => new TextEncoder().encode(text)

// Of every value, so that nothing on the way may take them for text.
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const large = new Uint8Array(MAX_DOCUMENT_BYTES).map((_, at) => (at * at) % 251)

const aDocument = (text: string, more: Partial<DocumentContent> = {}): DocumentContent => ({
  bytes: utf8(text),
  contentType: 'text/plain',
  ...more,
})

const oddKeys: DocumentKey[] = [
  ['state', 'https://example.edu/course/1?a=b#c', '{"mbox":"mailto:a@example.edu"}', ''],
  ['a/b', '..', '.', '/'],
  ['%2F', '%', 'a%20b', 'a+b'],
  ['', '', ''],
  [' ', '!', '! ', '#', '*'],
  ['\0', '\u0001\u001f', '\u007f'],
  ['Zoë', 'Zoe\u0308', '日本', '😀', '\u{10ffff}'],
  ['\ud83d', '\ude00'],
  ["it's", '"quoted"', '\\', '`', "'; DROP TABLE documents"],
  ['x'.repeat(1023)],
]

/** The keys of all pages, in the order of the pages. */
async function listAll(
  store: DocumentStore,
  prefix: DocumentKey,
  page: Parameters<DocumentStore['list']>[2],
): Promise<DocumentEntry[]> {
  const entries: DocumentEntry[] = []
  for (let cursor = page.cursor; ; ) {
    const { items, nextCursor } = await store.list('school', prefix, { ...page, cursor })
    expect(items.length).toBeLessThanOrEqual(page.limit)
    entries.push(...items)
    if (nextCursor === undefined) return entries
    cursor = nextCursor
  }
}

async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(AppError)
  return (error as AppError).code
}

/** @param runs how many random sequences are tried */
export function documentStoreContract(
  name: string,
  create: () => Promise<OpenedDocuments>,
  { runs }: { runs: number },
) {
  describe(`${name} fulfils what a document store promises`, () => {
    it('gives back what was put, with its etag and the time', async () => {
      await using opened = await create()
      const { store, another, clock } = opened
      const metadata = { id: 'bookmark', größe: '☕', empty: '' }
      const contentType = 'application/json; charset=utf-8'
      const put = await store.put('school', ['a', 'b'], { bytes: everyByte, contentType, metadata })
      expect(put).toEqual({ kind: 'stored', etag: etagOf(everyByte) })
      expect(etagOf(utf8('abc'))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
      for (const reader of [store, another]) {
        expect(await reader.get('school', ['a', 'b'])).toEqual({
          key: ['a', 'b'],
          bytes: everyByte,
          etag: etagOf(everyByte),
          contentType,
          metadata,
          size: 256,
          updatedAt: clock.now().toISOString(),
        })
      }
    })

    it('replaces bytes, type, metadata and expiry together', async () => {
      await using opened = await create()
      const { store, clock } = opened
      const expiresAt = new Date(clock.now().getTime() + 60_000).toISOString()
      await store.put('school', ['a'], aDocument('first', { metadata: { a: '1' }, expiresAt }))
      expect(await store.get('school', ['a'])).toMatchObject({ expiresAt, metadata: { a: '1' } })
      clock.advance(1000)
      await store.put('school', ['a'], { bytes: utf8('{}'), contentType: 'application/json' })
      const found = await store.get('school', ['a'])
      expect(found).toMatchObject({ contentType: 'application/json', metadata: {}, size: 2 })
      expect(found!.updatedAt).toBe(clock.now().toISOString())
      expect(found).not.toHaveProperty('expiresAt')
    })

    it('stores no byte at all, kilobytes and megabytes, and each after the other', async () => {
      await using opened = await create()
      const { store } = opened
      for (const bytes of [0, 8192, 8193, 500_000, MAX_DOCUMENT_BYTES, 1, 9000, 0]) {
        const part = large.subarray(0, bytes)
        const { kind } = await store.put('school', ['a'], aDocument('', { bytes: part }))
        expect(kind).toBe('stored')
        const found = await store.get('school', ['a'])
        expect(found!.size).toBe(bytes)
        expect(Buffer.compare(found!.bytes, part)).toBe(0)
      }
    })

    for (const key of oddKeys) {
      it(`tells ${JSON.stringify(key).slice(0, 60)} from every other key`, async () => {
        await using opened = await create()
        const { store } = opened
        for (const one of oddKeys) await store.put('school', one, aDocument(JSON.stringify(one)))
        const text = utf8(JSON.stringify(key))
        expect(await store.get('school', key)).toMatchObject({ key, bytes: text })
        expect((await store.list('school', key, { limit: 10 })).items).toMatchObject([{ key }])
        expect(await store.delete('school', key)).toEqual({ kind: 'deleted' })
        expect(await store.get('school', key)).toBeUndefined()
        expect(await listAll(store, [], { limit: 100 })).toHaveLength(oddKeys.length - 1)
      })
    }

    it('separates tenants, whatever they and the keys are called', async () => {
      await using opened = await create()
      const { store } = opened
      const tenants = ['a', 'a b', 'a ', 'a/b', 'a#b', 'b', '']
      for (const tenant of tenants) await store.put(tenant, ['b', 'c'], aDocument(tenant))
      for (const tenant of tenants) {
        const found = await store.get(tenant, ['b', 'c'])
        expect(found!.bytes).toEqual(utf8(tenant))
        expect((await store.list(tenant, [], { limit: 10 })).items).toHaveLength(1)
      }
      expect(await store.deletePrefix('a', [])).toEqual({ removed: 1 })
      expect(await store.get('a b', ['b', 'c'])).toBeDefined()
    })

    it('refuses what is too much for it, and stores nothing of that', async () => {
      await using opened = await create()
      const { store, clock } = opened
      const late = new Date(clock.now().getTime() + MAX_LIFETIME_MS + 1).toISOString()
      const put = (key: DocumentKey, more: Partial<DocumentContent>) =>
        refusal(store.put('school', key, aDocument('x', more)))
      const tooMany = new Uint8Array(MAX_DOCUMENT_BYTES + 1)
      expect(await put(['a'], { bytes: tooMany })).toBe('too_large')
      expect(await put(['a'], { metadata: { a: 'é'.repeat(1024) } })).toBe('invalid_request')
      for (const expiresAt of [late, 'soon', '2026-03-02', '2026-03-02T08:00:00+01:00']) {
        expect(await put(['a'], { expiresAt })).toBe('invalid_request')
      }
      for (const key of [[], ['x'.repeat(1024)], ['é'.repeat(512)]]) {
        expect(await put(key, {})).toBe('invalid_request')
        expect(await refusal(store.get('school', key))).toBe('invalid_request')
        expect(await refusal(store.delete('school', key))).toBe('invalid_request')
      }
      const long = ['x'.repeat(2000)]
      expect(await refusal(store.list('school', long, { limit: 1 }))).toBe('invalid_request')
      expect(await refusal(store.deletePrefix('school', long))).toBe('invalid_request')
      expect((await store.list('school', [], { limit: 10 })).items).toEqual([])
    })

    it('puts on a condition, and says what is there when it does not hold', async () => {
      await using opened = await create()
      const { store } = opened
      const put = (text: string, condition: Parameters<DocumentStore['put']>[3]) =>
        store.put('school', ['a'], aDocument(text), condition)
      const [one, two] = ['one', 'two'].map((text) => etagOf(utf8(text)))
      expect(await put('one', { ifMatch: one! })).toEqual({ kind: 'mismatch' })
      expect(await put('one', { ifMatch: '*' })).toEqual({ kind: 'mismatch' })
      expect(await store.get('school', ['a'])).toBeUndefined()
      expect(await put('one', { ifNoneMatch: '*' })).toEqual({ kind: 'stored', etag: one! })
      expect(await put('two', { ifNoneMatch: '*' })).toEqual({ kind: 'mismatch', etag: one })
      expect(await put('two', { ifMatch: two! })).toEqual({ kind: 'mismatch', etag: one })
      expect(await put('two', { ifMatch: `"${one}"` })).toEqual({ kind: 'mismatch', etag: one })
      expect((await store.get('school', ['a']))!.bytes).toEqual(utf8('one'))
      expect(await put('two', { ifMatch: one! })).toEqual({ kind: 'stored', etag: two! })
      expect(await put('one', { ifMatch: '*' })).toEqual({ kind: 'stored', etag: one! })
      expect((await store.get('school', ['a']))!.bytes).toEqual(utf8('one'))
    })

    it('deletes on a condition, once', async () => {
      await using opened = await create()
      const { store } = opened
      const remove = (ifMatch?: string) =>
        store.delete('school', ['a'], ifMatch === undefined ? undefined : { ifMatch })
      const etag = etagOf(utf8('one'))
      expect(await remove()).toEqual({ kind: 'missing' })
      expect(await remove(etag)).toEqual({ kind: 'missing' })
      await store.put('school', ['a'], aDocument('one'))
      await store.put('school', ['a', 'b'], aDocument('two'))
      expect(await remove('other')).toEqual({ kind: 'mismatch', etag })
      expect(await remove(etag)).toEqual({ kind: 'deleted' })
      expect(await remove(etag)).toEqual({ kind: 'missing' })
      expect(await store.get('school', ['a'])).toBeUndefined()
      expect(await store.get('school', ['a', 'b'])).toBeDefined()
    })

    for (const size of [10, 20_000]) {
      it(`lets one of many writers of ${size} bytes win, and every reader see one of them whole`, async () => {
        await using opened = await create()
        const { store, another } = opened
        const version = (n: number) => new Uint8Array(size).fill(n)
        await store.put('school', ['a'], aDocument('', { bytes: version(0) }))
        for (let round = 0; round < 3; round += 1) {
          const { etag, bytes } = (await store.get('school', ['a']))!
          const writers = Array.from({ length: 8 }, (_, n) => bytes[0]! + n + 1)
          const race = await Promise.all(
            writers.map(async (n) => {
              const by = n % 2 === 0 ? store : another
              const content = aDocument('', { bytes: version(n) })
              const put = by.put('school', ['a'], content, { ifMatch: etag })
              const seen = (await by.get('school', ['a']))!
              expect(seen.etag).toBe(etagOf(seen.bytes))
              expect(seen.bytes).toEqual(version(seen.bytes[0]!))
              return { n, outcome: await put }
            }),
          )
          const stored = race.filter(({ outcome }) => outcome.kind === 'stored')
          expect(stored).toHaveLength(1)
          const now = (await another.get('school', ['a']))!
          expect(now.bytes).toEqual(version(stored[0]!.n))
          expect(stored[0]!.outcome).toEqual({ kind: 'stored', etag: now.etag })
        }
      })
    }

    it('lets one of many make a document, and one of many delete it', async () => {
      await using opened = await create()
      const { store, another } = opened
      const each = <Outcome extends { kind: string }>(
        work: (by: DocumentStore, n: number) => Promise<Outcome>,
      ) => Promise.all([...Array(8).keys()].map((n) => work(n % 2 === 0 ? store : another, n)))
      // The same bytes too: who finds a document there has not made it.
      for (const text of ['same', 'other']) {
        const made = await each((by) =>
          by.put('school', [text], aDocument(text), { ifNoneMatch: '*' }),
        )
        expect(made.filter(({ kind }) => kind === 'stored')).toHaveLength(1)
        const deleted = await each((by) => by.delete('school', [text]))
        expect(deleted.filter(({ kind }) => kind === 'deleted')).toHaveLength(1)
      }
    })

    it('adds up what many add at once, each reading anew when it does not match', async () => {
      await using opened = await create()
      const { store, another } = opened
      await store.put('school', ['sum'], aDocument('0'))
      async function add(by: DocumentStore) {
        for (;;) {
          const { bytes, etag } = (await by.get('school', ['sum']))!
          const sum = Number(Buffer.from(bytes).toString()) + 1
          const put = by.put('school', ['sum'], aDocument(String(sum)), { ifMatch: etag })
          if ((await put).kind === 'stored') return
        }
      }
      await Promise.all(Array.from({ length: 10 }, (_, n) => add(n % 2 === 0 ? store : another)))
      expect((await store.get('school', ['sum']))!.bytes).toEqual(utf8('10'))
    })

    it('lists by segment in the order of UTF-8, whole segments only', async () => {
      await using opened = await create()
      const { store } = opened
      // In UTF-16 the emoji would come before the ligature; in one text "a/" before "a".
      const inOrder: DocumentKey[] = [
        ['1'],
        ['1', ''],
        ['1', '!'],
        ['1', 'a'],
        ['1', 'a', 'b'],
        ['1', 'a '],
        ['1', 'a!'],
        ['1', 'a/'],
        ['1', 'b'],
        ['1', '\uFB01'],
        ['1', '😀'],
        ['10'],
        ['1A'],
        ['2', 'a'],
      ]
      for (const key of inOrder.toReversed()) await store.put('school', key, aDocument('x'))
      const keys = async (prefix: DocumentKey, limit = 1000) =>
        (await listAll(store, prefix, { limit })).map(({ key }) => key)
      expect(await keys([])).toEqual(inOrder)
      expect(await keys([], 3)).toEqual(inOrder)
      expect(await keys(['1'], 4)).toEqual(inOrder.slice(0, 11))
      expect(await keys(['1', 'a'], 1)).toEqual(inOrder.slice(3, 5))
      expect(await keys(['1', ''])).toEqual([['1', '']])
      expect(await keys(['3'])).toEqual([])
      expect(await keys(['1', 'a', 'b', 'c'])).toEqual([])
    })

    it('lists everything but the bytes, in pages by number and bytes', async () => {
      await using opened = await create()
      const { store, clock } = opened
      const metadata = { text: 'x'.repeat(1000) }
      for (let n = 0; n < 10; n += 1) {
        await store.put('school', ['a', String(n)], aDocument(`text ${n}`, { metadata }))
      }
      const first = await store.list('school', ['a'], { limit: 1 })
      expect(first.items).toEqual([
        {
          key: ['a', '0'],
          etag: etagOf(utf8('text 0')),
          contentType: 'text/plain',
          metadata,
          size: 6,
          updatedAt: clock.now().toISOString(),
        },
      ])
      const { items, nextCursor } = await store.list('school', ['a'], { limit: 9, maxBytes: 4000 })
      expect(items).toHaveLength(3)
      expect(nextCursor).toBeDefined()
      const small = await store.list('school', ['a'], { limit: 9, maxBytes: 1 })
      expect(small.items).toHaveLength(1)
      expect(await listAll(store, ['a'], { limit: 9, maxBytes: 4000 })).toHaveLength(10)
      const whole = await store.list('school', ['a'], { limit: 10 })
      expect(whole.items).toHaveLength(10)
      expect(whole.nextCursor).toBeUndefined()
    })

    it('lists what was put after a time', async () => {
      await using opened = await create()
      const { store, clock } = opened
      const put = (id: string) => store.put('school', ['a', id], aDocument(id))
      for (const id of ['1', '2', '3']) await put(id)
      const since = clock.now().toISOString()
      const changed = async () =>
        (await listAll(store, ['a'], { limit: 2, since })).map(({ key }) => key[1])
      expect(await changed()).toEqual([])
      clock.advance(1)
      for (const id of ['4', '2']) await put(id)
      expect(await changed()).toEqual(['2', '4'])
    })

    it('goes on with a cursor while others put and delete', async () => {
      await using opened = await create()
      const { store } = opened
      const put = (id: string) => store.put('school', ['a', id], aDocument(id))
      for (const id of ['b', 'd', 'f', 'h']) await put(id)
      const first = await store.list('school', ['a'], { limit: 2 })
      await store.delete('school', ['a', 'd'])
      for (const id of ['a', 'e']) await put(id)
      const cursor = first.nextCursor!
      const rest = await listAll(store, ['a'], { limit: 1, cursor })
      expect(rest.map(({ key }) => key[1])).toEqual(['e', 'f', 'h'])
      for (const [prefix, page] of [
        [['b'], { cursor }],
        [[], { cursor }],
        [['a'], { cursor, since: '2026-01-01T00:00:00.000Z' }],
        [['a'], { cursor: `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}` }],
        [['a'], { cursor: 'x' }],
      ] as const) {
        expect(await refusal(store.list('school', prefix, { limit: 1, ...page }))).toBe(
          'invalid_cursor',
        )
      }
      expect(await refusal(store.list('other', ['a'], { limit: 1, cursor }))).toBe('invalid_cursor')
    })

    it('takes an expired document for none', async () => {
      await using opened = await create()
      const { store, clock } = opened
      const expiresAt = new Date(clock.now().getTime() + 60_000).toISOString()
      for (const id of ['1', '2', '3', '4']) {
        await store.put('school', ['a', id], aDocument(id, { expiresAt }))
      }
      await store.put('school', ['a', '5'], aDocument('5'))
      clock.advance(59_999)
      expect(await store.get('school', ['a', '1'])).toMatchObject({ expiresAt })
      expect(await listAll(store, ['a'], { limit: 2 })).toHaveLength(5)
      clock.advance(1)
      expect(await store.get('school', ['a', '1'])).toBeUndefined()
      expect((await listAll(store, ['a'], { limit: 2 })).map(({ key }) => key[1])).toEqual(['5'])
      const put = (id: string, condition: Parameters<DocumentStore['put']>[3]) =>
        store.put('school', ['a', id], aDocument('new'), condition)
      expect(await put('1', { ifMatch: etagOf(utf8('1')) })).toEqual({ kind: 'mismatch' })
      expect(await put('1', { ifMatch: '*' })).toEqual({ kind: 'mismatch' })
      expect(await put('2', { ifNoneMatch: '*' })).toMatchObject({ kind: 'stored' })
      expect(await store.get('school', ['a', '2'])).not.toHaveProperty('expiresAt')
      expect(await store.delete('school', ['a', '3'])).toEqual({ kind: 'missing' })
      expect(await put('4', undefined)).toMatchObject({ kind: 'stored' })
    })

    it('puts several together, each by its own condition', async () => {
      await using opened = await create()
      const { store, another } = opened
      expect(await store.putAll('school', [])).toEqual([])
      await store.put('school', ['p', 'held'], aDocument('old'))
      const [old, fresh] = ['old', 'new'].map((text) => etagOf(utf8(text)))
      const outcomes = await another.putAll('school', [
        { key: ['p', 'held'], content: aDocument('new'), condition: { ifMatch: old! } },
        { key: ['p', 'none'], content: aDocument('new'), condition: { ifMatch: old! } },
        { key: ['p', 'first'], content: aDocument('new'), condition: { ifNoneMatch: '*' } },
        { key: ['p', 'any'], content: aDocument('new') },
      ])
      const stored = { kind: 'stored', etag: fresh! } as const
      expect(outcomes).toEqual([stored, { kind: 'mismatch', etag: undefined }, stored, stored])
      const late = { key: ['p', 'held'], content: aDocument('late'), condition: { ifMatch: old! } }
      expect(await store.putAll('school', [late])).toEqual([{ kind: 'mismatch', etag: fresh }])
      const left = (await listAll(store, ['p'], { limit: 9 })).map(({ key, etag }) => [
        key[1],
        etag,
      ])
      expect(left).toEqual(['any', 'first', 'held'].map((name) => [name, fresh]))
      // One that no store takes is told before any is written.
      const wrong = { key: [], content: aDocument('x') }
      const both = [{ key: ['p', 'beside'], content: aDocument('x') }, wrong]
      expect(await refusal(store.putAll('school', both))).toBe('invalid_request')
      expect(await listAll(store, ['p'], { limit: 9 })).toHaveLength(3)
    })

    it('removes all under a prefix, and nothing beside it', async () => {
      await using opened = await create()
      const { store } = opened
      const inside: DocumentKey[] = [['user/1'], ['user/1', 'a', 'b'], ['user/1', '']]
      const outside: DocumentKey[] = [['user/10'], ['user/1 '], ['user'], ['user', '1'], ['USER/1']]
      for (const key of [...inside, ...outside]) await store.put('school', key, aDocument('x'))
      for (let n = 0; n < 250; n += 1) {
        const bytes = n === 0 ? large.subarray(0, 20_000) : utf8(String(n))
        await store.put('school', ['user/1', 'many', String(n)], aDocument('', { bytes }))
      }
      await store.put('other', ['user/1'], aDocument('x'))
      expect(await store.deletePrefix('school', ['user/1'])).toEqual({ removed: 253 })
      expect(await store.deletePrefix('school', ['user/1'])).toEqual({ removed: 0 })
      const left = (await listAll(store, [], { limit: 100 })).map(({ key }) => key)
      expect(left).toHaveLength(outside.length)
      expect(left).toEqual(expect.arrayContaining(outside.map((key) => [...key])))
      expect(await store.get('other', ['user/1'])).toBeDefined()
    })

    it('does what a list in memory does, whatever is asked of both', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (plan) => {
          await using opened = await create()
          const { store, another, clock } = opened
          const model = documentModel(clock)
          for (const [at, { run }] of plan.entries()) {
            const by = at % 2 === 0 ? store : another
            expect(await run(by, clock)).toEqual(await run(model, clock))
            // A clock that stands still gives every document the same time.
            clock.advance(1)
          }
          expect(await listAll(another, [], { limit: 3 })).toEqual(
            await listAll(model, [], { limit: 1000 }),
          )
        }),
        { numRuns: runs },
      )
    }, 240_000)
  })
}
