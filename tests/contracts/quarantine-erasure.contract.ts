import { expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { QuarantinedItem, QuarantineStore } from '../../src/platform/quarantine-store'
import { neighboursOf, oddIds } from '../support/odd-ids'

type Opened = { store: QuarantineStore } & AsyncDisposable

/** What erasing from a quarantine means. To be called within its contract. */
export function itErasesQuarantined(
  create: () => Promise<Opened>,
  anItem: (number: number, fields?: Partial<QuarantinedItem>) => QuarantinedItem,
) {
  const of = (number: number, id: string, more: Partial<QuarantinedItem> = {}) =>
    anItem(number, { raw: JSON.stringify({ actor: { id } }), ...more })

  async function held(store: QuarantineStore, tenantId = 'school') {
    const numbers: number[] = []
    let cursor: string | undefined
    do {
      const page = await store.summaries(tenantId, { limit: 50, order: 'oldest', cursor })
      numbers.push(...page.items.map(({ index }) => index))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return numbers
  }

  it('erases what names a person, gives the room back, and leaves the rest in order', async () => {
    await using opened = await create()
    const { store } = opened
    const others = Array.from({ length: 60 }, (_, n) => of(n, n % 2 ? 'ada' : `user ${n}`))
    await store.put([...others, of(1, 'ada', { tenantId: 'other' })])
    const before = await store.usage('school')
    const alone = await store.usage('other')
    expect(await store.erase('school', { actorIds: ['ada'] })).toMatchObject({ removed: 30 })
    const even = others.map(({ index }) => index).filter((index) => index % 2 === 0)
    expect(await held(store)).toEqual(even)
    expect(await store.get('school', 'q_1')).toBeUndefined()
    expect(await store.get('school', 'q_2')).toEqual(others[2]!)
    const [usage] = await store.usage('school')
    expect(usage!.items).toBe(before[0]!.items - 30)
    expect(usage!.bytes).toBeLessThan(before[0]!.bytes)
    expect(await held(store, 'other')).toEqual([1])
    expect(await store.usage('other')).toEqual(alone)
    expect(await store.erase('school', { actorIds: ['ada'] })).toMatchObject({ removed: 0 })
    for (const index of even) await store.release('school', `q_${index}`)
    expect(await store.usage('school')).toEqual([])
  })

  const text = '{"data":[{"actor":"zoë"}]}'
  const kept: [what: string, bytes: Uint8Array, more: Record<string, string>, isTheirs: boolean][] =
    [
      ['windows-1252', Buffer.from(text, 'latin1'), {}, true],
      ['UTF-16', Buffer.from(text, 'utf16le'), {}, true],
      ['gzip', gzipSync(text), {}, true],
      ['what a header called brotli', brotliCompressSync(text), { contentEncoding: 'br' }, true],
      ['broken UTF-8', Buffer.concat([Buffer.from(text), Buffer.from([0xff])]), {}, true],
      ['another charset', Buffer.from(text.replace('zoë', 'z\x85'), 'latin1'), {}, false],
      ['no text', Buffer.from([0, 0, 1, 255, 254, 0, 129]), {}, false],
    ]
  for (const [what, bytes, more, isTheirs] of kept) {
    it(`erases ${what} that is kept as bytes by what they say: ${isTheirs}`, async () => {
      await using opened = await create()
      const { store } = opened
      const raw = Buffer.from(bytes).toString('base64')
      await store.put([anItem(1, { scope: 'body', raw, context: { encoding: 'base64', ...more } })])
      expect((await store.get('school', 'q_1'))?.raw).toBe(raw)
      expect(await store.erase('school', { actorIds: ['zoë'] })).toMatchObject({
        removed: +isTheirs,
      })
      expect(await held(store)).toEqual(isTheirs ? [] : [1])
    })
  }

  const bodies: [what: string, raw: string, isTheirs: boolean][] = [
    ['JSON that is not an envelope', '[{"x":"ada"}]', true],
    ['JSON that was cut short', '{"data":[{"actor":"ada","obj', true],
    ['a quote too many', '{"note":"5" tall","actor":"ada"}', true],
    ['JSON lines', '{"actor":"bob"}\n{"actor":"ada"}\n', true],
    ['an escaped spelling', '{"actor":"\\u0061da"', true],
    ['a longer word', '{"actor":"ada2","obj', false],
    ['no quotes', 'actor=ada', false],
    ['nothing', '', false],
    ['half a character', '{"actor":"ada\ud800"', false],
  ]
  for (const [what, raw, isTheirs] of bodies) {
    it(`${isTheirs ? 'erases' : 'leaves'} a body of ${what}`, async () => {
      await using opened = await create()
      const { store } = opened
      await store.put([anItem(1, { scope: 'body', raw })])
      const removed = isTheirs ? 1 : 0
      expect(await store.erase('school', { actorIds: ['nobody', 'ada'] })).toMatchObject({
        removed,
      })
      expect(await held(store)).toEqual(isTheirs ? [] : [1])
    })
  }

  it('takes ids as they are, whatever characters they have', async () => {
    await using opened = await create()
    const { store } = opened
    const theirs = oddIds.map((id, n) => of(n, id))
    const others = oddIds.flatMap((id) => neighboursOf(id)).map((id, n) => of(500 + n, id))
    await store.put([...theirs, ...others])
    for (const id of oddIds) {
      const counted = await store.erase('school', { actorIds: [id], isDryRun: true })
      const erased = await store.erase('school', { actorIds: [id] })
      expect([id, counted.removed, erased.removed]).toEqual([id, 1, 1])
    }
    expect((await held(store)).toSorted()).toEqual(others.map(({ index }) => index).toSorted())
    for (const actorIds of [[], [''], ['nobody']]) {
      expect(await store.erase('school', { actorIds })).toMatchObject({ removed: 0 })
    }
  })

  it('takes a thousand people in one call, and a text of megabytes', async () => {
    await using opened = await create()
    const { store } = opened
    const people = Array.from({ length: 1000 }, (_, n) => `https://example.edu/users/${n}`)
    const noise = randomBytes(1_500_000).toString('base64')
    const raw = JSON.stringify({ noise, quotes: '"'.repeat(100_000), actor: people[999] })
    await store.put([anItem(1, { raw }), anItem(2, { raw: raw.replace('users/999', 'user/999') })])
    expect(await store.erase('school', { actorIds: people })).toMatchObject({ removed: 1 })
    expect(await held(store)).toEqual([2])
  })

  it('finds what was amended, and lets others put and release meanwhile', async () => {
    await using opened = await create()
    const { store } = opened
    await store.put(Array.from({ length: 40 }, (_, n) => of(n, n % 2 ? 'ada' : 'bob')))
    await store.amend('school', 'q_1', { errors: [] })
    const [{ removed }] = await Promise.all([
      store.erase('school', { actorIds: ['ada'] }),
      store.put([of(100, 'bob')]),
      store.release('school', 'q_0'),
      store.release('school', 'q_39'),
      store.amend('school', 'q_37', { errors: [] }),
    ])
    expect(removed).toBeOneOf([19, 20])
    const even = Array.from({ length: 19 }, (_, n) => 2 * n + 2)
    expect(await held(store)).toEqual([...even, 100])
    expect((await store.usage('school'))[0]!.items).toBe(20)
  })
}
