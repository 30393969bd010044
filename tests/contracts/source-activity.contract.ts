import { describe, expect, it } from 'bun:test'
import { lagIn, lagStep } from '../../src/platform/arrivals'
import type { SourceActivity } from '../../src/platform/source-activity'

type Opened = {
  activity: SourceActivity
  /** The same counts as another process would read them, after an orderly stop of this one. */
  reopen(): Promise<SourceActivity>
} & AsyncDisposable

const canvas = { tenantId: 'school', sourceId: 'canvas', keyId: 'key_1' }
const now = new Date('2026-11-21T10:02:00.000Z')
const at = (time: string) => `2026-11-21T${time}.000Z`

export function sourceActivityContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the promises of source activity`, () => {
    it('sums what came of a sender since the beginning, and in the last hour', async () => {
      await using opened = await create()
      const { activity } = opened
      activity.add(canvas, at('08:00:00'), { accepted: 5, duplicates: 1 })
      activity.add(canvas, at('09:10:00'), { accepted: 2, lags: { 40: 1, 44: 1 } })
      activity.add(canvas, at('10:01:00'), { accepted: 1, quarantined: 3, lags: { 40: 1 } })
      activity.add(canvas, at('10:01:30'), { refused: 2, reasons: { busy: 1, too_large: 1 } })
      expect(await activity.read('school', now)).toEqual([
        {
          ...canvas,
          lastUsedAt: at('10:01:30'),
          lastSeenAt: at('10:01:30'),
          total: {
            ...{ accepted: 8, duplicates: 1, quarantined: 3, refused: 2 },
            reasons: { busy: 1, too_large: 1 },
          },
          lastHour: {
            ...{ accepted: 3, duplicates: 0, quarantined: 3, refused: 2 },
            reasons: { busy: 1, too_large: 1 },
            lags: { 40: 2, 44: 1 },
          },
        },
      ])
    })

    it('tells a key that was used from one with which something came', async () => {
      await using opened = await create()
      const { activity } = opened
      activity.add(canvas, at('09:00:00'), { duplicates: 1 })
      activity.add(canvas, at('09:01:00'), {})
      activity.add({ ...canvas, keyId: 'reader' }, at('09:30:00'), {})
      const [sender, reader, ...more] = await activity.read('school', now)
      expect(more).toEqual([])
      expect(sender).toMatchObject({ lastUsedAt: at('09:01:00'), lastSeenAt: at('09:00:00') })
      expect(reader).toMatchObject({ keyId: 'reader', lastUsedAt: at('09:30:00') })
      expect(reader).not.toHaveProperty('lastSeenAt')
    })

    it('goes on adding after a read', async () => {
      await using opened = await create()
      const { activity } = opened
      for (const accepted of [1, 2, 3]) {
        activity.add(canvas, at('10:00:00'), { accepted, reasons: { busy: 1 }, refused: 1 })
        await activity.read('school', now)
      }
      const [sender] = await activity.read('school', now)
      const counts = { accepted: 6, refused: 3, reasons: { busy: 3 } }
      expect(sender).toMatchObject({ total: counts, lastHour: counts })
    })

    it('keeps tenants, sources and keys apart, whatever their names', async () => {
      await using opened = await create()
      const { activity } = opened
      const others = [
        { ...canvas, keyId: 'key_2' },
        { ...canvas, sourceId: 'canvas.2' },
        { ...canvas, sourceId: '~', keyId: '#~%' },
        { ...canvas, tenantId: 'school2' },
        { ...canvas, tenantId: 'school#seen' },
      ]
      for (const sender of [canvas, ...others])
        activity.add(sender, at('10:00:00'), { accepted: 1 })
      const read = async (tenantId: string) => {
        const seen = await activity.read(tenantId, now)
        return seen.map(({ sourceId, keyId, lastHour }) => [sourceId, keyId, lastHour.accepted])
      }
      expect(await read('school')).toEqual([
        ['canvas', 'key_1', 1],
        ['canvas', 'key_2', 1],
        ['canvas.2', 'key_1', 1],
        ['~', '#~%', 1],
      ])
      expect(await read('school2')).toEqual([['canvas', 'key_1', 1]])
      expect(await read('nobody')).toEqual([])
    })

    it('has everything after an orderly stop', async () => {
      await using opened = await create()
      opened.activity.add(canvas, at('10:00:00'), { accepted: 1 })
      const again = await opened.reopen()
      const [sender] = await again.read('school', now)
      expect(sender).toMatchObject({ total: { accepted: 1 }, lastHour: { accepted: 1 } })
    })

    it('holds every lag that one sender can have at once, the most frequent exactly', async () => {
      await using opened = await create()
      const lags: Record<string, number> = {}
      for (let step = -160; step <= 160; step += 1) lags[step] = step === 12 ? 1000 : 1
      opened.activity.add(canvas, at('10:00:00'), { accepted: 1320, lags })
      const [sender] = await opened.activity.read('school', now)
      expect(sender!.lastHour.lags[12]).toBe(1000)
      expect(lagIn(sender!.lastHour.lags)!.medianSeconds).toBe(lagIn({ 12: 1 })!.medianSeconds)
    })
  })
}

describe('a lag', () => {
  const lags: [ms: number, seconds: number][] = [
    [0, 0],
    [1, 0.0011],
    [1000, 1],
    [-1000, -1],
    [86_400_000, 86_400],
    [1e15, 1.1e9],
    [Number.NaN, 0],
  ]
  for (const [ms, seconds] of lags) {
    it(`of ${ms} ms is counted as ${seconds} s, to within a tenth`, () => {
      const { medianSeconds } = lagIn({ [lagStep(ms)]: 1 })!
      if (seconds === 0) expect(medianSeconds).toBe(0)
      else expect(Math.abs(medianSeconds / seconds - 1)).toBeLessThan(0.1)
    })
  }

  it('of many has a median and a maximum', () => {
    const steps = [1000, 1000, 1000, 60_000, 3_600_000].map(lagStep)
    const lags: Record<string, number> = {}
    for (const step of steps) lags[step] = (lags[step] ?? 0) + 1
    const { medianSeconds, maxSeconds } = lagIn(lags)!
    expect(medianSeconds).toBeWithin(0.9, 1.1)
    expect(maxSeconds).toBeWithin(3240, 3960)
    expect(lagIn({})).toBeUndefined()
  })
})
