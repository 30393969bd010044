import { expect, it } from 'bun:test'
import { AppError } from '../../src/error/app-error'
import { contentDigest } from '../../src/event/content'
import type { EventRecord } from '../../src/event/record'
import { type EventStore, MAX_WHOLE } from '../../src/platform/event-store'
import { aRecord } from '../support/records'

const WHOLE = { whole: true }

/** What it means that a call is stored as one. To be called within the contract of an event store. */
export function itAppendsWhole(create: () => Promise<EventStore>) {
  const kinds = async (store: EventStore, records: EventRecord[]): Promise<string[]> =>
    (await store.append(records, WHOLE)).map(({ kind }) => kind)
  const held = async (store: EventStore, records: EventRecord[]) => {
    const found = await Promise.all(
      records.map(({ tenantId, eventId }) => store.get(tenantId, eventId)),
    )
    return found.map((record) => record !== undefined)
  }
  const some = (count: number, changes: Partial<EventRecord> = {}) =>
    Array.from({ length: count }, () => aRecord(changes))
  // A digest is SHA-256 in hex, as `contentDigest` writes it.
  const digestOf = (text: string) => contentDigest(JSON.stringify(text))
  const other = (record: EventRecord) => ({ ...record, raw: '{"other":true}' })

  it('stores a whole call when nothing is against it, and takes it again as duplicates', async () => {
    await using store = await create()
    for (const count of [0, 1, 3, 120]) {
      const records = some(count)
      expect(await kinds(store, records)).toEqual(records.map(() => 'stored'))
      expect(await held(store, records)).toEqual(records.map(() => true))
      expect(await kinds(store, records)).toEqual(records.map(() => 'duplicate'))
    }
  })

  it('stores nothing of a whole call with a conflict, wherever it stands', async () => {
    await using store = await create()
    const first = aRecord()
    await store.append([first])
    for (const place of [0, 2, 4]) {
      const records = some(4)
      const call = records.toSpliced(place, 0, other(first))
      const expected = records.map(() => 'withheld').toSpliced(place, 0, 'conflict')
      expect(await kinds(store, call)).toEqual(expected)
      expect(await held(store, records)).toEqual([false, false, false, false])
      expect(await store.get('default', first.eventId)).toEqual(first)
      // Without the one in conflict, it is as if they had never been sent.
      expect(await kinds(store, records)).toEqual(records.map(() => 'stored'))
    }
    expect((await store.query('default', {}, { limit: 100 })).items).toHaveLength(13)
  })

  it('withholds what is held already beside a conflict, and keeps it', async () => {
    await using store = await create()
    const [first, second] = [aRecord(), aRecord()]
    await store.append([first, second])
    const fresh = aRecord()
    const outcomes = await kinds(store, [second, fresh, other(first)])
    expect(outcomes).toEqual(['withheld', 'withheld', 'conflict'])
    expect(await held(store, [first, second, fresh])).toEqual([true, true, false])
  })

  it('names every conflict of a whole call', async () => {
    await using store = await create()
    const [first, second] = [aRecord(), aRecord()]
    await store.append([first, second])
    const outcomes = await kinds(store, [other(second), aRecord(), other(first)])
    expect(outcomes).toEqual(['conflict', 'withheld', 'conflict'])
  })

  it('takes what is held beside what is new', async () => {
    await using store = await create()
    const [first, ...rest] = some(3)
    await store.append([first!])
    const outcomes = await kinds(store, [rest[0]!, first!, rest[1]!])
    expect(outcomes).toEqual(['stored', 'duplicate', 'stored'])
    expect(await held(store, rest)).toEqual([true, true])
  })

  it('takes an id that is repeated in a call once, and refuses it with other content', async () => {
    await using store = await create()
    const [one, two] = [aRecord(), aRecord()]
    expect(await kinds(store, [one, one, two])).toEqual(['stored', 'duplicate', 'stored'])
    const [three, four] = [aRecord(), aRecord()]
    const outcomes = await kinds(store, [three, four, other(three)])
    expect(outcomes).toEqual(['withheld', 'withheld', 'conflict'])
    expect(await held(store, [three, four])).toEqual([false, false])
    expect(await kinds(store, [other(three)])).toEqual(['stored'])
  })

  it('compares by the digest that a record brings', async () => {
    await using store = await create()
    const first = aRecord({ contentDigest: digestOf('the same'), raw: '{"a":1}' })
    expect(await kinds(store, [first])).toEqual(['stored'])
    const again = { ...first, raw: '{"a":1,"b":"does not count"}' }
    expect(await kinds(store, [again, aRecord()])).toEqual(['duplicate', 'stored'])
    const changed = { ...first, contentDigest: digestOf('another') }
    expect(await kinds(store, [changed, aRecord()])).toEqual(['conflict', 'withheld'])
  })

  it('keeps tenants apart', async () => {
    await using store = await create()
    const ours = aRecord()
    await store.append([ours])
    const theirs = [{ ...other(ours), tenantId: 'other' }, aRecord({ tenantId: 'other' })]
    expect(await kinds(store, theirs)).toEqual(['stored', 'stored'])
    expect(await store.get('default', ours.eventId)).toEqual(ours)
  })

  it('lets one of many whole calls win that race for an id, and stores all of it', async () => {
    await using store = await create()
    const contested = aRecord()
    const calls = Array.from({ length: 8 }, (_, n) => [
      ...some(2),
      { ...contested, raw: `{"n":${n}}` },
      ...some(2),
    ])
    const outcomes = await Promise.all(
      calls.map(async (call) => {
        // A platform may be busy with the others; the caller tries again.
        for (;;) {
          const answer = await kinds(store, call)
          if (!answer.includes('throttled')) return answer
        }
      }),
    )
    const won = outcomes.filter((kinds) => kinds.every((kind) => kind === 'stored'))
    expect(won).toHaveLength(1)
    for (const [at, call] of calls.entries()) {
      const isStored = outcomes[at] === won[0]
      if (!isStored) {
        const lost = ['withheld', 'withheld', 'conflict', 'withheld', 'withheld']
        expect(outcomes[at]).toEqual(lost)
      }
      const others = call.filter(({ eventId }) => eventId !== contested.eventId)
      expect(await held(store, others)).toEqual(others.map(() => isStored))
    }
  })

  it('stores whole calls beside others that come at the same time', async () => {
    await using store = await create()
    const first = aRecord()
    await store.append([first])
    const [before, inside, after] = [some(3), some(3), some(3)]
    const answers = await Promise.all([
      store.append(before),
      store.append([...inside, other(first)], WHOLE),
      store.append(after),
    ])
    expect(answers[1].map(({ kind }) => kind)).toContain('conflict')
    expect(await held(store, inside)).toEqual([false, false, false])
    for (const records of [before, after]) {
      for (const record of records) {
        expect(await store.get('default', record.eventId)).toEqual(record)
      }
    }
  })

  it('refuses a whole call of more than it may have, and stores nothing of it', async () => {
    await using store = await create()
    const records = some(MAX_WHOLE + 1)
    const refusal = await store.append(records, WHOLE).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(refusal).toBeInstanceOf(AppError)
    expect(refusal).toHaveProperty('code', 'too_large')
    expect(await held(store, [records[0]!, records.at(-1)!])).toEqual([false, false])
  })

  it('stores a whole call of as many as it may have', async () => {
    await using store = await create()
    const records = some(MAX_WHOLE)
    expect(new Set(await kinds(store, records))).toEqual(new Set(['stored']))
    expect(await held(store, [records[0]!, records.at(-1)!])).toEqual([true, true])
  })
}
