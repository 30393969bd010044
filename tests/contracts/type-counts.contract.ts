import { describe, expect, it } from 'bun:test'
import { OTHER_TYPE } from '../../src/platform/shared/noted-types'
import { MAX_TYPES } from '../../src/platform/shared/type-slots'
import type { TypeCounts } from '../../src/platform/type-counts'

type Types = ReadonlyMap<string, number>

type Opened = {
  counts: TypeCounts
  /** Counts events, by whichever part of the platform does. */
  add(tenantId: string, at: string, types: Types): void | Promise<void>
  /** Makes it so that tenant `school` has as many types as may be told apart, `known` among them. */
  full(): Promise<void>
  /** The same counts as another process would read them, after an orderly stop of this one. */
  reopen(): Promise<TypeCounts>
} & AsyncDisposable

const now = new Date('2026-11-21T10:02:00.000Z')
const at = (time: string) => `2026-11-21T${time}.000Z`
const of = (types: Record<string, number>) => new Map(Object.entries(types))

/** @param create opens counts at `now`, with nothing counted */
export function typeCountsContract(name: string, create: () => Promise<Opened>) {
  const totals = async (counts: TypeCounts, tenantId = 'school') => {
    const types = await counts.read(tenantId, now)
    return types.map(({ type, total, lastHour }) => [type, total, lastHour])
  }

  /** Three types before ten, and some after. */
  async function fill({ add }: Opened) {
    await add('school', at('08:00:00'), of({ started: 5, ended: 1 }))
    await add('school', at('09:58:00'), of({ started: 2 }))
    await add('school', at('10:01:00'), of({ ended: 4 }))
    await add('school', at('10:01:30'), of({ ended: 3, paused: 1 }))
  }

  describe(`${name} keeps the promises of counts by type`, () => {
    it('sums each type since the beginning and in the last hour, the most frequent first', async () => {
      await using opened = await create()
      await fill(opened)
      expect(await opened.counts.read('school', now)).toEqual([
        { type: 'ended', total: 8, lastHour: 7, lastSeenAt: at('10:01:30') },
        { type: 'started', total: 7, lastHour: 2, lastSeenAt: at('09:58:00') },
        { type: 'paused', total: 1, lastHour: 1, lastSeenAt: at('10:01:30') },
      ])
    })

    it('goes on adding after a read', async () => {
      await using opened = await create()
      for (const count of [1, 2, 3]) {
        await opened.add('school', at('10:00:00'), of({ started: count }))
        await opened.counts.read('school', now)
      }
      expect(await totals(opened.counts)).toEqual([['started', 6, 6]])
    })

    it('keeps tenants and types apart, whatever their names', async () => {
      await using opened = await create()
      const long = 'x'.repeat(3000)
      const names = ['a', 'A', 'a#b', '#', '~', '__proto__', 'é', long, `${long}y`]
      for (const type of names) await opened.add('school', at('10:00:00'), of({ [type]: 1 }))
      await opened.add('school', at('10:00:00'), new Map([['__proto__', 1]]))
      await opened.add('school#total', at('10:00:00'), of({ a: 1 }))
      const found = (await totals(opened.counts)).map(([type]) => type as string)
      expect(found.toSorted()).toEqual(names.toSorted())
      expect(await totals(opened.counts, 'school#total')).toEqual([['a', 1, 1]])
      expect(await totals(opened.counts, 'nobody')).toEqual([])
    })

    it('has everything after an orderly stop', async () => {
      await using opened = await create()
      await fill(opened)
      const before = await totals(await opened.reopen())
      expect(before).toEqual([
        ['ended', 8, 7],
        ['started', 7, 2],
        ['paused', 1, 1],
      ])
    })

    it('forgets everything of one tenant, and counts on from nothing', async () => {
      await using opened = await create()
      await fill(opened)
      await opened.add('college', at('10:00:00'), of({ started: 1 }))
      const everything = { time: at('10:01:31'), inSlot: 1 }
      expect(await opened.counts.forget('school', everything)).toEqual({ removed: 16 })
      expect(await totals(opened.counts)).toEqual([])
      expect(await opened.counts.forget('school', everything)).toEqual({ removed: 0 })
      await opened.add('school', at('10:02:00'), of({ ended: 1 }))
      expect(await totals(await opened.reopen())).toEqual([['ended', 1, 1]])
      expect(await totals(opened.counts, 'college')).toEqual([['started', 1, 1]])
    })

    const all = { ended: 8, started: 7, paused: 1 }
    type Counts = Record<string, number>
    const cuts: [time: string, inSlot: Counts | number, left: Counts][] = [
      ['07:00:00', {}, all],
      ['08:01:00', {}, { ended: 7, started: 2, paused: 1 }],
      ['08:00:30', { started: 5 }, { ...all, started: 2 }],
      ['09:58:30', { started: 1 }, { ended: 7, started: 1, paused: 1 }],
      ['10:01:10', { ended: 4 }, { ended: 3, paused: 1 }],
      ['10:01:10', { ended: 400, nothing: 2 }, { paused: 1 }],
      ['10:01:30', 0.5, { ended: 3 }],
      ['10:02:00', {}, {}],
    ]
    for (const [time, inSlot, left] of cuts) {
      it(`leaves ${JSON.stringify(left)} when ${JSON.stringify(inSlot)} of its minute is before ${time}`, async () => {
        await using opened = await create()
        await fill(opened)
        const part = typeof inSlot === 'number' ? inSlot : of(inSlot)
        const { removed } = await opened.counts.forget('school', { time: at(time), inSlot: part })
        const found = (await totals(opened.counts)).map(([type, total]) => [type, total])
        expect(Object.fromEntries(found)).toEqual(left)
        const sum = found.reduce((all, [, total]) => all + (total as number), 0)
        expect(removed).toBe(16 - sum)
        // The same again changes nothing: what was before is gone.
        const gone = { time: at(time), inSlot: new Map<string, number>() }
        expect(await opened.counts.forget('school', gone)).toEqual({ removed: 0 })
      })
    }

    it('does not count what arrived before a time that was forgotten, and is told of later', async () => {
      await using opened = await create()
      const inSlot = new Map<string, number>()
      await opened.counts.forget('school', { time: at('10:01:00'), inSlot })
      await opened.add('school', at('10:00:59'), of({ late: 1 }))
      await opened.add('school', at('10:01:00'), of({ later: 1 }))
      expect(await totals(opened.counts)).toEqual([['later', 1, 1]])
    })

    it('tells a bounded number of types apart, and loses no event', async () => {
      await using opened = await create()
      await opened.full()
      await opened.add('school', at('10:00:00'), of({ known: 1, new1: 2, new2: 3 }))
      const types = await opened.counts.read('school', now)
      const found = new Map(types.map(({ type, total }) => [type, total]))
      expect(found.get(OTHER_TYPE)).toBe(5)
      expect(found.get('known')).toBe(2)
      expect(found.has('new1')).toBe(false)
      expect(found.size).toBeLessThanOrEqual(MAX_TYPES + 1)
    })
  })
}
