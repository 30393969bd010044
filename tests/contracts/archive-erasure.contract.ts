import { expect, it } from 'bun:test'
import type { EventRecord } from '../../src/event/record'
import { neighboursOf, oddIds } from '../support/odd-ids'
import { aRecord, type aBatch as makeBatch } from '../support/records'
import type { ArchiveAndLake } from './archive.contract'

/** What erasing from an archive means. To be called within its contract. */
export function itErasesFromTheLake(
  canErase: boolean,
  aBatch: typeof makeBatch,
  create: () => Promise<ArchiveAndLake>,
) {
  const of = (actorId: string, more: Partial<EventRecord> = {}) =>
    aRecord({ actorId, raw: JSON.stringify({ actor: actorId }), ...more })

  async function held({ lake }: ArchiveAndLake) {
    return (await lake.query('SELECT event_id FROM events')).rows.map(([id]) => id)
  }
  const ids = (records: EventRecord[]) => records.map(({ eventId }) => eventId)

  if (!canErase) {
    it('says in a sentence why it cannot erase', async () => {
      await using at = await create()
      expect(at.archive.erase).toBeUndefined()
      expect(at.archive.cannotErase).toMatch(/^[A-Z].{30,}\.$/)
    })
    return
  }

  it('can erase, and does not say that it cannot', async () => {
    await using at = await create()
    expect(at.archive.erase).toBeFunction()
    expect(at.archive.cannotErase).toBeUndefined()
    expect(await at.archive.erase!('default', { actorIds: ['ada'] })).toMatchObject({ removed: 0 })
  })

  it('erases everything of a person, and leaves all others as they are, in order', async () => {
    await using at = await create()
    const naming = [
      of('bob', { raw: '{"member":"ada"}' }),
      of('bob', { raw: '{"member":"\\u0061da"}' }),
      of('bob', { raw: '{"half":"\\ud800","member":"ada"}' }),
      of('ada', { raw: '{"user":7}' }),
    ]
    const others = [
      of('bob', { raw: '{"note":"it was ada"}' }),
      of('bob', { raw: '{"half":"\\ud800","member":"ada2"}' }),
      of('ada', { tenantId: 'other' }),
      ...Array.from({ length: 50 }, (_, n) => of(`user ${n}`)),
    ]
    await at.archive.write(aBatch('one', [others[0]!, ...naming, ...others.slice(1)]))
    await at.archive.write(aBatch('two', [of('cy')]))
    const everything = 'SELECT * FROM events'
    const before = (await at.lake.query(everything)).rows
    const listed = await at.list()
    expect(await at.archive.erase!('default', { actorIds: ['ada'] })).toMatchObject({ removed: 4 })
    const gone = new Set<unknown>(ids(naming))
    const after = (await at.lake.query(everything)).rows
    expect(after).toEqual(before.filter((row) => !row.some((value) => gone.has(value))))
    expect(await at.list()).toEqual(listed)
    expect(await at.archive.erase!('default', { actorIds: ['ada'] })).toMatchObject({ removed: 0 })
  })

  it('takes ids as they are, whatever characters they have', async () => {
    await using at = await create()
    const others = oddIds.flatMap((id) => neighboursOf(id).map((other) => of(other)))
    await at.archive.write(aBatch('odd', [...oddIds.map((id) => of(id)), ...others]))
    for (const id of oddIds) {
      const asked = { actorIds: [id] }
      expect(await at.archive.erase!('default', { ...asked, isDryRun: true })).toMatchObject({
        removed: 1,
        files: [],
      })
      const { removed, files } = await at.archive.erase!('default', asked)
      expect([id, removed]).toEqual([id, 1])
      const digest = expect.stringMatching(/^[0-9a-f]{64}$/)
      expect(files).toMatchObject([{ removed: 1, before: digest, after: digest }])
    }
    expect((await held(at)).toSorted()).toEqual(ids(others).toSorted())
    for (const actorIds of [[], [''], ['nobody']]) {
      expect(await at.archive.erase!('default', { actorIds })).toMatchObject({ removed: 0 })
    }
  })

  it('takes a thousand people in one call, in files of several hours', async () => {
    await using at = await create()
    const people = Array.from({ length: 1000 }, (_, n) => `https://example.edu/users/${n}`)
    const hours = ['09', '10', '11'].map((hour) => `2026-11-15T${hour}:30:00.000Z`)
    const theirs = hours.flatMap((receivedAt) => people.map((id) => of(id, { receivedAt })))
    const others = hours.map((receivedAt) => of('https://example.edu/users/x', { receivedAt }))
    await at.archive.write(aBatch('many', [...theirs, ...others]))
    expect(await at.archive.erase!('default', { actorIds: people })).toMatchObject({
      removed: 3000,
    })
    expect((await held(at)).toSorted()).toEqual(ids(others).toSorted())
  })

  it('leaves an empty file of a batch in which nothing is left, which is not written again', async () => {
    await using at = await create()
    const batch = aBatch('one', [of('ada'), of('ada')])
    await at.archive.write(batch)
    expect(await at.archive.erase!('default', { actorIds: ['ada'] })).toMatchObject({ removed: 2 })
    expect(await held(at)).toEqual([])
    await at.archive.write(batch)
    expect(await held(at)).toEqual([])
  })

  it('erases what a write that was in hand has added, and lets others write', async () => {
    await using at = await create()
    const first = at.archive.write(aBatch('one', [of('ada'), of('bob')]))
    const erased = at.archive.erase!('default', { actorIds: ['ada'] })
    await first
    await at.archive.write(aBatch('two', [of('cy')]))
    expect(await erased).toMatchObject({ removed: 1 })
    expect(await held(at)).toHaveLength(2)
  })
}
