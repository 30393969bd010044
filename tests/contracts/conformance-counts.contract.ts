import { describe, expect, it } from 'bun:test'
import {
  type ConformanceCounts,
  type CountRange,
  nameOfCounted,
  type Tally,
} from '../../src/platform/conformance-counts'

type Opened = {
  counts: ConformanceCounts
  /** The same counts as another process would read them, after an orderly stop of this one. */
  reopen(): Promise<ConformanceCounts>
} & AsyncDisposable

const canvas = { tenantId: 'school', sourceId: 'canvas' }

const aTally = (fields: Partial<Tally> = {}): Tally => ({
  stored: 10,
  conformant: 8,
  quarantined: 1,
  issues: { invalid_id: 2, required: 1 },
  ...fields,
})

const hours = (from: string, to: string): CountRange => ({
  from: `2026-11-${from}:00.000Z`,
  to: `2026-11-${to}:00.000Z`,
  interval: 'hour',
})

export function conformanceCountsContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the promises of conformance counts`, () => {
    it('gives what was noted, summed by the hour, oldest first', async () => {
      await using opened = await create()
      const { counts } = opened
      counts.add(canvas, '2026-11-21T10:59:59.999Z', aTally())
      counts.add(canvas, '2026-11-21T09:00:00.000Z', aTally({ issues: { too_deep: 1 } }))
      counts.add(canvas, '2026-11-21T09:30:00.000Z', aTally({ stored: 5, issues: { too_deep: 3 } }))
      expect(await counts.read(canvas, hours('21T00:00', '22T00:00'))).toEqual([
        {
          at: '2026-11-21T09:00:00.000Z',
          ...{ stored: 15, conformant: 16, quarantined: 2, issues: { too_deep: 4 } },
        },
        { at: '2026-11-21T10:00:00.000Z', ...aTally() },
      ])
    })

    it('sums by the day, the most frequent code first', async () => {
      await using opened = await create()
      const { counts } = opened
      for (const at of ['21T00:00', '21T23:59', '22T12:00']) {
        counts.add(canvas, `2026-11-${at}:00.000Z`, aTally({ issues: { a: 1, b: 2 } }))
      }
      const days = await counts.read(canvas, { ...hours('20T00:00', '23T00:00'), interval: 'day' })
      expect(days.map(({ at, stored }) => [at, stored])).toEqual([
        ['2026-11-21T00:00:00.000Z', 20],
        ['2026-11-22T00:00:00.000Z', 10],
      ])
      expect(Object.entries(days[0]!.issues)).toEqual([
        ['b', 4],
        ['a', 2],
      ])
    })

    it('has what a policy withheld by rule, and by type where it counts, through a stop', async () => {
      await using opened = await create()
      const [rule, odd] = ['no consent', 'sampling: 10 % [x].y\u00e9']
      const counted = { [nameOfCounted(rule, 'quiz\tstarted')]: 2 }
      const nothing = { stored: 0, conformant: 0, quarantined: 0, issues: {} }
      const at = '2026-11-21T09:00:00.000Z'
      for (const count of [1, 2]) {
        const withheld = { [rule]: count, [odd]: 1 }
        opened.counts.add(canvas, at, { ...nothing, withheld, countedTypes: counted })
      }
      opened.counts.add({ ...canvas, tenantId: 'schoo' }, at, { ...nothing, withheld: { x: 9 } })
      const counts = await opened.reopen()
      expect(await counts.read(canvas, hours('21T00:00', '22T00:00'))).toEqual([
        {
          ...{ at, ...nothing, withheld: { [rule]: 3, [odd]: 2 } },
          countedTypes: { [nameOfCounted(rule, 'quiz\tstarted')]: 4 },
        },
      ])
    })

    it('tells types apart up to a bound, and counts the rest together', async () => {
      await using opened = await create()
      const nothing = { stored: 0, conformant: 0, quarantined: 0, issues: {} }
      const at = '2026-11-21T09:00:00.000Z'
      for (let n = 0; n < 300; n += 1) {
        const countedTypes = {
          [nameOfCounted('r', `${'x'.repeat(70)}${n}`)]: 1,
          [nameOfCounted('r', `${n}`)]: 1,
        }
        opened.counts.add(canvas, at, { ...nothing, withheld: { r: 2 }, countedTypes })
      }
      const [hour] = await opened.counts.read(canvas, hours('21T00:00', '22T00:00'))
      const types = Object.entries(hour!.countedTypes!)
      expect(types.length).toBeLessThanOrEqual(101)
      expect(types.reduce((sum, [, count]) => sum + count, 0)).toBe(600)
      expect(hour!.withheld).toEqual({ r: 600 })
    })

    it('takes the hour that `from` lies in, and none that begins at `to` or later', async () => {
      await using opened = await create()
      const { counts } = opened
      for (const hour of ['08', '09', '10', '11']) {
        counts.add(canvas, `2026-11-21T${hour}:15:00.000Z`, aTally())
      }
      const begins = async (range: CountRange) =>
        (await counts.read(canvas, range)).map(({ at }) => at.slice(11, 13))
      expect(await begins(hours('21T09:30', '21T11:00'))).toEqual(['09', '10'])
      expect(await begins(hours('21T09:00', '21T11:01'))).toEqual(['09', '10', '11'])
      expect(await begins(hours('21T12:00', '21T13:00'))).toEqual([])
    })

    it('goes on adding after a read', async () => {
      await using opened = await create()
      const { counts } = opened
      counts.add(canvas, '2026-11-21T09:00:00.000Z', aTally())
      await counts.read(canvas, hours('21T00:00', '22T00:00'))
      counts.add(canvas, '2026-11-21T09:00:00.000Z', aTally())
      const [hour] = await counts.read(canvas, hours('21T00:00', '22T00:00'))
      expect(hour).toMatchObject({ stored: 20, issues: { invalid_id: 4, required: 2 } })
    })

    it('counts what has no issue at all', async () => {
      await using opened = await create()
      const tally = aTally({ conformant: 10, quarantined: 0, issues: {} })
      opened.counts.add(canvas, '2026-11-21T09:00:00.000Z', tally)
      const read = await opened.counts.read(canvas, hours('21T00:00', '22T00:00'))
      expect(read).toEqual([{ at: '2026-11-21T09:00:00.000Z', ...tally }])
    })

    it('keeps sources and tenants apart', async () => {
      await using opened = await create()
      const { counts } = opened
      const others = [
        { tenantId: 'school', sourceId: 'moodle' },
        { tenantId: 'other', sourceId: 'canvas' },
      ]
      counts.add(canvas, '2026-11-21T09:00:00.000Z', aTally())
      for (const other of others) {
        expect(await counts.read(other, hours('21T00:00', '22T00:00'))).toEqual([])
      }
    })

    it('has everything after an orderly stop', async () => {
      await using opened = await create()
      opened.counts.add(canvas, '2026-11-21T09:00:00.000Z', aTally())
      const again = await opened.reopen()
      expect(await again.read(canvas, hours('21T00:00', '22T00:00'))).toHaveLength(1)
    })
  })
}
