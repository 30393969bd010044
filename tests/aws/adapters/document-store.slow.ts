import { describe, expect, it } from 'bun:test'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../src/error/storage-error'
import { createDocumentStore } from '../../../src/platform/aws/document-store'
import type { BlobStore } from '../../../src/platform/blob-store'
import { type DocumentStore, etagOf } from '../../../src/platform/document-store'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { documentStoreContract } from '../../contracts/document-store.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'
import { memoryBlobs } from '../../support/blobs'
import { aClock } from '../../support/deliveries'

const signer = createTokenSigner(new Uint8Array(32).fill(7))
const tokens = async () => signer

async function open(plan: (command: string, nth: number) => Fault | undefined = () => undefined) {
  const client = await aDynamoDbClient()
  const faulty = withFaults(await aDynamoDbClient(), plan)
  const table = await freshTable(client, 'documents')
  const blobs = memoryBlobs()
  const clock = aClock()
  const createStore = (more: { blobs?: BlobStore } = {}) =>
    createDocumentStore({ client, table, blobs, clock, tokens, ...more })
  return {
    ...{ client, table, blobs, clock, createStore },
    store: createDocumentStore({ client: faulty, table, blobs, clock, tokens }),
    another: createStore(),
    async [Symbol.asyncDispose]() {
      client.destroy()
      faulty.destroy()
    },
  }
}

// DynamoDB Local does some sixty writes a second.
documentStoreContract('DynamoDB', open, { runs: 15 })

const small = (text: string) => ({ bytes: Buffer.from(text), contentType: 'text/plain' })
const large = (letter: string) => small(letter.repeat(10_000))
const ifMatch = ({ bytes }: { bytes: Uint8Array }) => ({ ifMatch: etagOf(bytes) })
const lostUpdate = (command: string, nth: number) =>
  command === 'UpdateItemCommand' && nth === 1 ? ('lost-reply' as const) : undefined

describe('documents whose bytes are among the blobs', () => {
  it('leave nothing there that no document names', async () => {
    await using opened = await open()
    const { store, blobs, clock } = opened
    const expiresAt = new Date(clock.now().getTime() + 60_000).toISOString()
    await store.put('school', ['a'], large('1'))
    await store.put('school', ['a'], large('2'), ifMatch(large('2')))
    expect(blobs.held.size).toBe(1)
    await store.put('school', ['a'], { ...large('3'), expiresAt }, ifMatch(large('1')))
    expect([...blobs.held.keys()]).toEqual([
      expect.stringMatching(/^documents\/expiring\/school%20\/[\w-]{36}$/),
    ])
    await store.put('school', ['a'], large('4'))
    expect([...blobs.held.keys()]).toEqual([expect.stringMatching(/^documents\/lasting\//)])
    await store.put('school', ['a'], small('5'))
    expect(blobs.held.size).toBe(0)
    await store.put('school', ['a'], large('6'))
    await store.put('school', ['b'], large('7'))
    await store.delete('school', ['a'])
    expect(blobs.held.size).toBe(1)
    await store.deletePrefix('school', [])
    expect(blobs.held.size).toBe(0)
  })

  it('cannot be read without their item', async () => {
    await using opened = await open()
    await opened.store.put('school', ['a'], large('secret'))
    const [sealed] = opened.blobs.held.values()
    expect(Buffer.from(sealed!).includes('secret')).toBe(false)
  })

  it('are whole for who reads while they are replaced', async () => {
    await using opened = await open()
    const { another, blobs, createStore } = opened
    await another.put('school', ['a'], large('1'))
    let isFirst = true
    const get: BlobStore['get'] = async (key) => {
      if (isFirst) {
        isFirst = false
        await another.put('school', ['a'], large('2'))
      }
      return blobs.get(key)
    }
    const reader = createStore({ blobs: { ...blobs, get } })
    expect((await reader.get('school', ['a']))!.bytes).toEqual(large('2').bytes)
  })

  it('that are gone are a storage error that no waiting mends, not an absent document', async () => {
    await using opened = await open()
    const { store, blobs } = opened
    await store.put('school', ['a'], large('1'))
    blobs.held.clear()
    const failure = await store.get('school', ['a']).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', false)
    expect(await store.put('school', ['a'], large('2'))).toMatchObject({ kind: 'stored' })
  })

  it('are not stored when the bucket fails, and then nothing is', async () => {
    await using opened = await open()
    const { another, blobs, createStore } = opened
    await another.put('school', ['a'], small('1'))
    const put: BlobStore['put'] = async () => {
      throw new StorageError('saving a blob: SlowDown', { isRetriable: true })
    }
    const failing = createStore({ blobs: { ...blobs, put } })
    const failure = await failing.put('school', ['a'], large('2')).catch((error: unknown) => error)
    expect(failure).toHaveProperty('isRetriable', true)
    expect((await another.get('school', ['a']))!.bytes).toEqual(small('1').bytes)
  })

  it('that cannot be deleted hold nobody up', async () => {
    await using opened = await open()
    const { blobs, createStore } = opened
    const away: BlobStore['delete'] = async () => {
      throw new StorageError('deleting a blob: SlowDown', { isRetriable: true })
    }
    const store = createStore({ blobs: { ...blobs, delete: away } })
    await store.put('school', ['a'], large('1'))
    expect(await store.put('school', ['a'], large('2'))).toMatchObject({ kind: 'stored' })
    expect(await store.delete('school', ['a'])).toEqual({ kind: 'deleted' })
  })
})

describe('documents whose table fails', () => {
  for (const content of [small, large]) {
    it(`are stored once when a reply is lost, ${content('x').bytes.length} bytes`, async () => {
      await using opened = await open(lostUpdate)
      const { store, another, blobs } = opened
      await another.put('school', ['a'], large('1'))
      const put = await store.put('school', ['a'], content('2'), ifMatch(large('1')))
      expect(put).toEqual({ kind: 'stored', etag: etagOf(content('2').bytes) })
      expect((await another.get('school', ['a']))!.bytes).toEqual(content('2').bytes)
      expect(blobs.held.size).toBe(content === large ? 1 : 0)
    })

    it(`are made once when a reply is lost, ${content('x').bytes.length} bytes`, async () => {
      await using opened = await open(lostUpdate)
      const made = await opened.store.put('school', ['a'], content('1'), { ifNoneMatch: '*' })
      expect(made.kind).toBe('stored')
      expect((await opened.another.get('school', ['a']))!.bytes).toEqual(content('1').bytes)
    })
  }

  /** Another writer comes in between two tries of a put, of which the first got no reply. */
  async function overtaken(
    { isDone }: { isDone: boolean },
    work: (other: DocumentStore) => Promise<unknown>,
    put: (store: DocumentStore) => ReturnType<DocumentStore['put']>,
  ) {
    await using opened = await open()
    const { another, table, blobs, clock } = opened
    const client = await aDynamoDbClient()
    let tries = 0
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName !== 'UpdateItemCommand') return next(args)
          tries += 1
          if (tries === 2) await work(another)
          if (tries === 2) return next(args)
          if (isDone) await next(args)
          throw Object.assign(new Error('no reply'), { name: 'TimeoutError', $metadata: {} })
        },
      { step: 'finalizeRequest', name: 'noReply', priority: 'high' },
    )
    const outcome = await put(createDocumentStore({ client, table, blobs, clock, tokens }))
    client.destroy()
    expect(tries).toBe(2)
    return { outcome, found: await another.get('school', ['a']), blobs: blobs.held.size }
  }

  it('do not undo what another has written on top of it, when a reply is lost', async () => {
    const { outcome, found, blobs } = await overtaken(
      { isDone: true },
      (other) => other.put('school', ['a'], large('3'), ifMatch(large('2'))),
      (store) => store.put('school', ['a'], large('2')),
    )
    expect(outcome).toEqual({ kind: 'stored', etag: etagOf(large('2').bytes) })
    expect(found!.bytes).toEqual(large('3').bytes)
    expect(blobs).toBe(1)
  })

  it('do not take the same bytes of another for their own, when a request is lost', async () => {
    const { outcome } = await overtaken(
      { isDone: false },
      (other) => other.put('school', ['a'], small('2')),
      (store) => store.put('school', ['a'], small('2'), { ifNoneMatch: '*' }),
    )
    expect(outcome).toEqual({ kind: 'mismatch', etag: etagOf(small('2').bytes) })
  })

  it('are deleted once when a reply is lost', async () => {
    await using opened = await open((command, nth) =>
      command === 'TransactWriteItemsCommand' && nth === 1 ? 'lost-reply' : undefined,
    )
    await opened.another.put('school', ['a'], large('1'))
    expect(await opened.store.delete('school', ['a'])).toEqual({ kind: 'deleted' })
    expect(await opened.another.get('school', ['a'])).toBeUndefined()
    expect(opened.blobs.held.size).toBe(0)
  })

  for (const fault of ['throttled', 'broken', 'unreachable'] as const) {
    it(`do what they were asked when it is ${fault} once`, async () => {
      await using opened = await open((_, nth) => (nth === 1 ? fault : undefined))
      const { store } = opened
      expect(await store.put('school', ['a'], small('1'))).toMatchObject({ kind: 'stored' })
      expect(await store.get('school', ['a'])).toMatchObject({ size: 1 })
      expect((await store.list('school', [], { limit: 1 })).items).toHaveLength(1)
      expect(await store.delete('school', ['a'])).toEqual({ kind: 'deleted' })
      expect(await store.deletePrefix('school', [])).toEqual({ removed: 0 })
    })
  }

  for (const times of [3, 100]) {
    it(`wait for who deletes them, but not for ever: a transaction in the way ${times} times`, async () => {
      await using opened = await open((command, nth) =>
        command === 'UpdateItemCommand' && nth <= times ? 'in-transaction' : undefined,
      )
      const put = opened.store.put('school', ['a'], small('1')).catch((error: unknown) => error)
      expect(await put).toMatchObject(times === 3 ? { kind: 'stored' } : { isRetriable: true })
    })
  }

  it('are found by pages that look at thousands for a time, and by their cursors', async () => {
    await using opened = await open()
    const { store, clock } = opened
    const put = (id: string) => store.put('school', ['a', id], small(id))
    await Promise.all(Array.from({ length: 60 }, (_, n) => put(String(100 + n))))
    const since = clock.now().toISOString()
    clock.advance(1)
    await put('999')
    const page = await store.list('school', ['a'], { limit: 1, since })
    expect(page.items).toMatchObject([{ key: ['a', '999'] }])
  })

  const lasting: [fault: Fault, isRetriable: boolean][] = [
    ['throttled', true],
    ['unreachable', true],
    ['expired-token', true],
    ['denied', false],
  ]
  for (const [fault, isRetriable] of lasting) {
    it(`throw a storage error from every method while it stays ${fault}`, async () => {
      await using opened = await open(() => fault)
      const { store } = opened
      const calls = [
        store.put('school', ['a'], small('1')),
        store.get('school', ['a']),
        store.delete('school', ['a']),
        store.list('school', [], { limit: 1 }),
        store.deletePrefix('school', []),
      ]
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: 'rejected', reason: { isRetriable } })
        expect((call as PromiseRejectedResult).reason).toBeInstanceOf(StorageError)
      }
    }, 240_000)
  }

  it('keep the bytes of a put of which nobody knows whether it was done', async () => {
    await using opened = await open((command) =>
      command === 'UpdateItemCommand' ? 'lost-reply' : undefined,
    )
    const { store, another } = opened
    await store.put('school', ['a'], large('1')).catch(() => {})
    expect((await another.get('school', ['a']))!.bytes).toEqual(large('1').bytes)
    // As a caller tries again who was told of a storage error.
    const again = await another.put('school', ['a'], large('1'), { ifNoneMatch: '*' })
    expect(again).toEqual({ kind: 'mismatch', etag: etagOf(large('1').bytes) })
  })
})

describe('documents in DynamoDB', () => {
  it('that expire say so to DynamoDB, in seconds, never too early', async () => {
    await using opened = await open()
    const { store, client, table, clock } = opened
    const expiresAt = new Date(clock.now().getTime() + 1_001).toISOString()
    await store.put('school', ['a'], { ...small('1'), expiresAt })
    const Key = { pk: { S: 'school ' }, sk: { S: 'a ' } }
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key }))
    expect(Number(Item!.expiresAt!.N)).toBe(Math.ceil(Date.parse(expiresAt) / 1000))
    await store.put('school', ['a'], small('1'))
    const later = await client.send(new GetItemCommand({ TableName: table, Key }))
    expect(later.Item).not.toHaveProperty('expiresAt')
  })
})
