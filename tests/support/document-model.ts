import fc from 'fast-check'
import {
  type DocumentEntry,
  type DocumentKey,
  type DocumentStore,
  etagOf,
  type PutCondition,
  type PutOutcome,
  type StoredDocument,
} from '../../src/platform/document-store'

type TestClock = { now(): Date; advance(ms: number): void }

const isUnder = (key: DocumentKey, prefix: DocumentKey) =>
  prefix.every((one, at) => key[at] === one)

function bySegment(a: DocumentKey, b: DocumentKey): number {
  const [one, other] = [a, b].map((key) => key.map((segment) => Buffer.from(segment)))
  for (const [at, segment] of one!.entries()) {
    const order = at < other!.length ? Buffer.compare(segment, other![at]!) : 1
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Documents in an array, as plainly as it can be said; its pages have no end. */
export function documentModel(clock: TestClock): DocumentStore {
  let documents: (StoredDocument & { tenantId: string })[] = []

  const live = (tenantId: string, prefix: DocumentKey) =>
    documents.filter(
      (one) =>
        one.tenantId === tenantId &&
        isUnder(one.key, prefix) &&
        (one.expiresAt === undefined || one.expiresAt > clock.now().toISOString()),
    )
  const find = (tenantId: string, key: DocumentKey) =>
    live(tenantId, key).find((one) => one.key.length === key.length)
  const drop = (tenantId: string, isGone: (key: DocumentKey) => boolean) => {
    documents = documents.filter((one) => one.tenantId !== tenantId || !isGone(one.key))
  }
  const same = (key: DocumentKey) => (other: DocumentKey) =>
    isUnder(other, key) && other.length === key.length

  return {
    async putAll(tenantId, puts) {
      const outcomes: PutOutcome[] = []
      for (const { key, content, condition } of puts) {
        outcomes.push(await this.put(tenantId, key, content, condition))
      }
      return outcomes
    },

    async get(tenantId, key) {
      const found = find(tenantId, key)
      if (found === undefined) return undefined
      const { tenantId: _, ...document } = found
      return document
    },

    async put(tenantId, key, { bytes, contentType, metadata = {}, expiresAt }, condition) {
      const held = find(tenantId, key)?.etag
      if (condition !== undefined && !holds(condition, held))
        return { kind: 'mismatch', etag: held }
      drop(tenantId, same(key))
      const updatedAt = clock.now().toISOString()
      const etag = etagOf(bytes)
      const more = { etag, contentType, metadata: { ...metadata }, size: bytes.length, updatedAt }
      documents.push({ tenantId, key, bytes, ...more, ...(expiresAt && { expiresAt }) })
      return { kind: 'stored', etag }
    },

    async delete(tenantId, key, condition) {
      const held = find(tenantId, key)
      if (held === undefined) return { kind: 'missing' }
      if (condition !== undefined && condition.ifMatch !== held.etag) {
        return { kind: 'mismatch', etag: held.etag }
      }
      drop(tenantId, same(key))
      return { kind: 'deleted' }
    },

    async list(tenantId, prefix, { since = '' }) {
      const found = live(tenantId, prefix).filter(({ updatedAt }) => updatedAt > since)
      const items = found.map(({ tenantId: _, bytes: __, ...entry }): DocumentEntry => entry)
      return { items: items.sort((a, b) => bySegment(a.key, b.key)) }
    },

    async deletePrefix(tenantId, prefix) {
      const before = documents.length
      drop(tenantId, (key) => isUnder(key, prefix))
      return { removed: before - documents.length }
    },
  }
}

function holds(condition: PutCondition, held: string | undefined): boolean {
  if ('ifNoneMatch' in condition) return held === undefined
  return condition.ifMatch === '*' ? held !== undefined : condition.ifMatch === held
}

// Few of each, so that they meet.
const tenants = fc.constantFrom('school', 'other')
const segments = fc.constantFrom('a', 'b', 'a ', '', 'é/\0')
const keys = fc.array(segments, { minLength: 1, maxLength: 3 })
const prefixes = fc.array(segments, { maxLength: 2 })
// One is too large for an item of DynamoDB.
const bodies = fc
  .constantFrom('', 'one', 'two', 'x'.repeat(9000))
  .map((text) => new TextEncoder().encode(text))
const etags = bodies.map(etagOf)
const conditions: fc.Arbitrary<PutCondition | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constant({ ifNoneMatch: '*' as const }),
  fc.constant({ ifMatch: '*' }),
  etags.map((ifMatch) => ({ ifMatch })),
)
const lifetimes = fc.option(fc.constantFrom(3, 20), { nil: undefined })

export interface Step {
  name: string
  run(store: DocumentStore, clock: TestClock): Promise<unknown>
}

/** Something to ask of a document store. Its name is what fast-check shows. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(tenants, keys, bodies, conditions, lifetimes).map(aPut) },
  {
    weight: 2,
    arbitrary: fc.tuple(tenants, keys).map(([tenantId, key]) => ({
      name: `get ${tenantId} ${JSON.stringify(key)}`,
      run: (store: DocumentStore) => store.get(tenantId, key),
    })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(tenants, keys, fc.option(etags, { nil: undefined }))
      .map(([tenantId, key, ifMatch]) => ({
        name: `delete ${tenantId} ${JSON.stringify(key)} if ${ifMatch}`,
        run: (store: DocumentStore) =>
          store.delete(tenantId, key, ifMatch === undefined ? undefined : { ifMatch }),
      })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(tenants, prefixes, fc.nat(10)).map(([tenantId, prefix, ms]) => ({
      name: `list ${tenantId} ${JSON.stringify(prefix)} of the last ${ms}`,
      run: (store: DocumentStore, clock: TestClock) => {
        const since = new Date(clock.now().getTime() - ms).toISOString()
        return store.list(tenantId, prefix, { limit: 1000, since })
      },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(tenants, prefixes).map(([tenantId, prefix]) => ({
      name: `deletePrefix ${tenantId} ${JSON.stringify(prefix)}`,
      run: (store: DocumentStore) => store.deletePrefix(tenantId, prefix),
    })),
  },
)

function aPut([tenantId, key, bytes, condition, lifetime]: [
  string,
  string[],
  Uint8Array,
  PutCondition | undefined,
  number | undefined,
]): Step {
  return {
    name: `put ${tenantId} ${JSON.stringify(key)} ${bytes.length} bytes ${JSON.stringify(condition)} for ${lifetime} ms`,
    run(store, clock) {
      const expiresAt =
        lifetime === undefined
          ? undefined
          : new Date(clock.now().getTime() + lifetime).toISOString()
      const content = { bytes, contentType: 'text/plain', expiresAt }
      return store.put(tenantId, key, content, condition)
    },
  }
}
