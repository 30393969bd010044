import { describe, expect, it } from 'bun:test'
import { isPseudonym } from '../../src/event/pseudonym'
import { createPseudonyms } from '../../src/governance/pseudonyms/create'
import type { DocumentStore } from '../../src/platform/document-store'
import { createSecretBox } from '../../src/platform/shared/secret-box'
import type { TestClock } from '../support/clock'

export type OpenedForPseudonyms = {
  documents: DocumentStore
  /** Another process's view of the same documents. */
  another: DocumentStore
  clock: TestClock
} & AsyncDisposable

const box = createSecretBox(new Uint8Array(32).fill(5))
const ADA = 'https://example.edu/users/554433'
const BEN = 'https://example.edu/users/5544'
const DAY_MS = 24 * 60 * 60 * 1000

/** Holds what pseudonyms must do over the documents of any platform. */
export function pseudonymsContract(name: string, open: () => Promise<OpenedForPseudonyms>) {
  async function start() {
    const opened = await open()
    const { documents, another, clock } = opened
    const over = (store: DocumentStore) => createPseudonyms({ documents: store, box, clock })
    const pseudonyms = over(documents)
    async function store(ids: readonly string[], by = pseudonyms, tenantId = 't1') {
      const one = await by.forTenant(tenantId)
      const made = ids.map((id) => one.of(id))
      await one.store()
      return made
    }
    return { ...opened, over, pseudonyms, other: over(another), store }
  }

  describe(`pseudonyms over ${name}`, () => {
    it('are the same for one person, in every process, and of no other tenant', async () => {
      await using test = await start()
      const [ada, again, ben] = await test.store([ADA, ADA, BEN])
      expect(isPseudonym(ada!)).toBe(true)
      expect(again).toBe(ada!)
      expect(ben).not.toBe(ada!)
      expect(await test.store([ADA], test.other)).toEqual([ada!])
      const [elsewhere] = await test.store([ADA], test.pseudonyms, 't2')
      expect(elsewhere).not.toBe(ada!)
      expect(await test.other.reveal('t1', ada!)).toBe(ADA)
      expect(await test.pseudonyms.reveal('t2', ada!)).toBeUndefined()
      expect(await test.pseudonyms.reveal('t1', elsewhere!)).toBeUndefined()
      // The two spellings of one address are one person (`event/person-id.ts`).
      const [bare, mailto] = await test.store(['ada@Example.org', 'mailto:ada@example.org'])
      expect(bare).toBe(mailto!)
    })

    it('are made by one key, whoever makes the first', async () => {
      await using test = await start()
      const eight = Array.from({ length: 8 }, (_, at) =>
        test.over(at % 2 === 0 ? test.documents : test.another),
      )
      const made = await Promise.all(eight.map((one) => test.store([ADA], one)))
      expect(new Set(made.flat()).size).toBe(1)
    })

    it('have one first key, however many people come at once', async () => {
      await using test = await start()
      const made = await Promise.all(
        Array.from({ length: 100 }, (_, at) => {
          const by = at % 2 === 0 ? test.pseudonyms : test.other
          return by.purposePseudonym('study', 't1', `learner ${at % 10}`)
        }),
      )
      expect(new Set(made).size).toBe(10)
    })

    it('keep nothing readable of anybody', async () => {
      await using test = await start()
      await test.store([ADA, 'ada@example.org'])
      const { items } = await test.documents.list('t1', [], { limit: 100 })
      expect(items.length).toBe(3)
      for (const { key, metadata } of items) {
        const { bytes } = (await test.documents.get('t1', key))!
        const all = Buffer.from(bytes).toString('latin1') + JSON.stringify([key, metadata])
        expect(all).not.toContain('554433')
        expect(all).not.toContain('ada@')
      }
      // A row opens under its own name alone.
      const [one, two] = items.filter(({ key }) => key[1] === 'pseudonyms')
      const { bytes, contentType } = (await test.documents.get('t1', one!.key))!
      await test.documents.put('t1', two!.key, { bytes, contentType })
      expect(test.pseudonyms.reveal('t1', two!.key[2]!)).rejects.toThrow('cannot be opened')
    })

    it('go on under a new key, which a request that has begun does not change', async () => {
      await using test = await start()
      const begun = await test.pseudonyms.forTenant('t1')
      const former = begun.of(ADA)
      const rotated = await test.pseudonyms.rotate('t1', 30)
      expect(rotated).toMatchObject({ key: 2 })
      expect(begun.of(ADA)).toBe(former)
      expect(begun.of(BEN)).toStartWith('urn:nonius:pseudonym:1.')
      await begun.store()
      const [newer] = await test.store([ADA])
      expect(newer).toStartWith('urn:nonius:pseudonym:2.')
      expect(await test.other.pseudonymsOf('t1', ADA)).toEqual([former, newer!])
      expect(await test.pseudonyms.reveal('t1', former)).toBe(ADA)
      expect(await test.pseudonyms.reveal('t1', newer!)).toBe(ADA)
      // Another process follows within five seconds.
      test.clock.advance(5_001)
      expect(await test.store([ADA], test.other)).toEqual([newer!])
    })

    it('of a key that is gone are found by their rows', async () => {
      await using test = await start()
      const [ada, ben] = await test.store([ADA, BEN])
      await test.pseudonyms.rotate('t1', 1)
      test.clock.advance(2 * DAY_MS)
      await test.pseudonyms.rotate('t1', 0)
      const of = await test.pseudonyms.pseudonymsOf('t1', ADA)
      expect(of).toContain(ada!)
      expect(of).not.toContain(ben!)
      expect(of.filter((one) => one.startsWith('urn:nonius:pseudonym:3.')).length).toBe(1)
      expect(of.length).toBe(2)
      expect(await test.pseudonyms.forget('t1', [ADA])).toEqual({ removed: 1 })
      expect(await test.pseudonyms.reveal('t1', ada!)).toBeUndefined()
      expect(await test.pseudonyms.reveal('t1', ben!)).toBe(BEN)
    })

    it('are forgotten with the person, and are there again if they come again', async () => {
      await using test = await start()
      const [ada] = await test.store([ADA, BEN])
      await test.store([ADA], test.other)
      expect(await test.other.forget('t1', [ADA])).toEqual({ removed: 1 })
      expect(await test.other.forget('t1', [ADA])).toEqual({ removed: 0 })
      expect(await test.pseudonyms.reveal('t1', ada!)).toBeUndefined()
      // A process that knew the row to be there writes it again once it heard of it.
      test.clock.advance(5_001)
      await test.store([ADA])
      expect(await test.pseudonyms.reveal('t1', ada!)).toBe(ADA)
      expect(await test.pseudonyms.forget('t1', [])).toEqual({ removed: 0 })
      expect(await test.pseudonyms.forget('t9', [ADA])).toEqual({ removed: 0 })
      expect(await test.pseudonyms.pseudonymsOf('t9', ADA)).toEqual([])
    })

    it('take ids of any kind and length', async () => {
      await using test = await start()
      const ids = [
        '%',
        "' OR 1=1 --",
        'a\0b',
        '\ud800',
        '\ud801',
        '*',
        `x${'y'.repeat(100_000)}`,
        ' ',
        '漢😀',
      ]
      const made = await test.store(ids)
      expect(new Set(made).size).toBe(ids.length)
      for (const [at, id] of ids.entries()) {
        expect(await test.pseudonyms.reveal('t1', made[at]!)).toBe(id)
        expect(await test.pseudonyms.pseudonymsOf('t1', id)).toEqual([made[at]!])
      }
      for (const no of ['', 'urn:nonius:pseudonym:1.', '../keys', 'keys', 'urn:nonius:anonymous']) {
        expect(await test.pseudonyms.reveal('t1', no)).toBeUndefined()
      }
    })

    it('for a purpose are others, by id or by pseudonym, and linked to nothing', async () => {
      await using test = await start()
      const [ada] = await test.store([ADA])
      const of = (purpose: string, person = ADA, tenantId = 't1') =>
        test.pseudonyms.purposePseudonym(purpose, tenantId, person)
      const one = await of('benchmark')
      expect(await of('benchmark', ada!)).toBe(one)
      expect(await test.other.purposePseudonym('benchmark', 't1', ADA)).toBe(one)
      expect(await of('research')).not.toBe(one)
      expect(await of('benchmark', ADA, 't2')).not.toBe(one)
      expect(one).not.toContain(ada!.slice(-22))
      await test.pseudonyms.rotate('t1', 0)
      expect(await of('benchmark')).toBe(one)
    })
  })
}
