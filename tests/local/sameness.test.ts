import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { contentDigest } from '../../src/event/content'
import type { EventRecord } from '../../src/event/record'
import { createEventKeys } from '../../src/platform/local/log/event-keys'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

/** Texts of few contents: each comes in several texts, and some are large, odd or ill-formed. */
const LARGE = 'x'.repeat(20_000)
const texts = [
  '{"a":1,"b":[1.0,2]}',
  '{ "b": [1, 2],\n\t"a": 1 }',
  '{"b":[10e-1,2],"a":1.00}',
  '{"a":1,"b":[2,1]}',
  '{"b":[2,1],"a":1}',
  '{"a":"\\u0061\u2028é😀"}',
  '{"a":"a\\u2028\\u00e9\\ud83d\\ude00"}',
  '{"a":"\\ud800"}',
  '{"a":"\ud800"}',
  '{"a":"\ud801"}',
  '{"n":12345678901234567890}',
  '{"n":12345678901234567891}',
  '{"n":12345678901234567890.0}',
  `{"a":"${LARGE}","b":1}`,
  `{"b":1,"a":"${LARGE}"}`,
  `{"b":2,"a":"${LARGE}"}`,
  '{}',
  ' {} ',
]

const records = fc
  .record({
    tenantId: fc.constantFrom('one', 'two'),
    eventId: fc.constantFrom('e1', 'e2', 'e3'),
    sent: fc.constantFrom(...texts),
    // A policy has changed it, or its standard compares by less than all of it.
    kept: fc.option(fc.constantFrom('{"by":"policy"}', '{"by":"another"}'), { nil: undefined }),
    isSaid: fc.boolean(),
  })
  .map(({ sent, kept, isSaid, ...ids }) => {
    const digest = kept !== undefined || isSaid ? { contentDigest: contentDigest(sent) } : {}
    return aRecord({ ...ids, ...digest, raw: kept ?? sent })
  })

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.array(records, { minLength: 1, maxLength: 6 }) },
    { weight: 2, arbitrary: fc.constantFrom('open', 'rebuild', 'former', 'erase') },
  ),
  { minLength: 2, maxLength: 12 },
)

/** What a store answers that has a digest of each, made at once. */
function slowly() {
  const held = new Map<string, string>()
  return {
    held,
    append(call: readonly EventRecord[], whole: boolean): string[] {
      const before = new Map(held)
      const kinds = call.map(({ tenantId, eventId, contentDigest: digest, raw }) => {
        const id = `${tenantId} ${eventId}`
        const own = digest ?? contentDigest(raw)
        const first = held.get(id)
        if (first === undefined) held.set(id, own)
        return first === undefined ? 'stored' : first === own ? 'duplicate' : 'conflict'
      })
      if (!whole || !kinds.includes('conflict')) return kinds
      held.clear()
      for (const [id, digest] of before) held.set(id, digest)
      return kinds.map((kind) => (kind === 'conflict' ? kind : 'withheld'))
    },
  }
}

/** Makes the newest generation one of the version that had digests of all its bits, and no texts. */
function asBefore(folder: string, held: ReadonlyMap<string, string>, file: string) {
  const keys = createEventKeys(new Uint8Array(16).fill(7))
  const db = new Database(join(folder, file))
  for (const { first, body } of db.query('SELECT first, body FROM segments').all() as Row[]) {
    const lines = Bun.zstdDecompressSync(body).toString().split('\n').slice(0, -1)
    const contents = lines.map((line, at) => {
      const id = line.split('\t')
      const digest = [...held].find(([of]) => {
        const [tenantId, eventId] = of.split(' ')
        return id.includes(tenantId!) && id.includes(eventId!)
      })?.[1]
      return digest === undefined ? 0n : keys.content(digest) | BigInt((first + at) % 2)
    })
    const bytes = new Uint8Array(new BigUint64Array(contents).buffer)
    const checksum = Bun.hash.xxHash32(body, Bun.hash.xxHash32(bytes))
    db.query('UPDATE segments SET contents = ?, checksum = ? WHERE first = ?').run(
      bytes,
      checksum,
      first,
    )
  }
  db.run('UPDATE meta SET has_texts = NULL')
  db.close()
  rmSync(join(folder, file.replace('.db', '.idx')), { force: true })
}

interface Row {
  first: number
  body: Uint8Array
}

describe('sameness', () => {
  const pairs = texts.flatMap((one) =>
    texts.flatMap((other) =>
      [false, true].map((isSaid) => {
        const first = aRecord({ raw: one, ...(isSaid && { contentDigest: contentDigest(one) }) })
        const same = contentDigest(one) === contentDigest(other)
        return { first, second: { ...first, contentDigest: undefined, raw: other }, same }
      }),
    ),
  )
  const firsts = pairs.map(({ first }) => first)
  const seconds = pairs.map(({ second }) => second)
  const expected = pairs.map(({ same }) => ({ kind: same ? 'duplicate' : 'conflict' }))

  it('is that of the digests of any two texts, whichever of them came first', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path)
    await store.append(firsts)
    expect(await store.append(seconds)).toEqual(expected as never)
    // And again, when what is held is remembered.
    expect(await store.append(seconds)).toEqual(expected as never)
  })

  it('is told of two texts in one call as well, and in calls at the same time', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path)
    const outcomes = await store.append(pairs.flatMap(({ first, second }) => [first, second]))
    expect(outcomes.filter((_, at) => at % 2 === 1)).toEqual(expected as never)
    const others = firsts.map((one) => ({ ...one, tenantId: 'other' }))
    const theirs = seconds.map((one) => ({ ...one, tenantId: 'other' }))
    const [before, after] = await Promise.all([store.append(others), store.append(theirs)])
    expect(before.every(({ kind }) => kind === 'stored')).toBe(true)
    expect(after).toEqual(expected as never)
  })

  it('cannot be told of what is damaged: there the first stands', async () => {
    using folder = temporaryFolder()
    const first = aRecord({ raw: '{"a":1,"b":2}' })
    {
      await using store = openStore(folder.path)
      await store.append([first])
    }
    const db = new Database(join(folder.path, '00000001.db'))
    db.run('UPDATE segments SET checksum = checksum + 1')
    db.close()
    await using store = openStore(folder.path)
    const again = { ...first, raw: '{"b":2,"a":1}' }
    expect(await store.append([first, again])).toEqual([
      { kind: 'duplicate' },
      { kind: 'conflict' },
    ])
  })

  it('is what a digest of each, made at once, says', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (list, whole) => {
        using folder = temporaryFolder()
        const slow = slowly()
        let store = openStore(folder.path)
        try {
          for (const step of list) {
            if (step === 'erase') {
              // The next with these ids are the first again.
              await store.erase('one', { actorIds: ['https://example.edu/users/554433'] })
              for (const id of [...slow.held.keys()])
                if (id.startsWith('one ')) slow.held.delete(id)
            } else if (typeof step === 'string') {
              const files = store.log.newestFirst().map(({ number }) => number)
              await store[Symbol.asyncDispose]()
              for (const number of files) {
                const name = String(number).padStart(8, '0')
                if (step === 'rebuild') rmSync(join(folder.path, `${name}.idx`), { force: true })
                if (step === 'former') asBefore(folder.path, slow.held, `${name}.db`)
              }
              store = openStore(folder.path)
            } else {
              const outcomes = await store.append(step, { whole })
              expect(outcomes.map(({ kind }) => kind as string)).toEqual(slow.append(step, whole))
            }
          }
        } finally {
          await store[Symbol.asyncDispose]()
        }
      }),
      { numRuns: 15 },
    )
  }, 60_000)
})
