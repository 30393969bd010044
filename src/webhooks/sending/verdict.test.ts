import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { start } from '../../../tests/support/webhooks'
import { maxAttempts, pauseAfter, retryAfterMs } from './schedule'
import { judge, type Reply } from './verdict'

const answered = (status: number, retryAfter?: string): Reply => ({
  kind: 'answered',
  status,
  retryAfter,
})

describe('The schedule', () => {
  it('waits longer after each failure, and at most a fifth longer than it says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: maxAttempts - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, random) => {
          const least = pauseAfter(failures, 0)!
          const pause = pauseAfter(failures, random)!
          expect(pause).toBeGreaterThanOrEqual(least)
          expect(pause).toBeLessThanOrEqual(least * 1.2)
          if (failures > 1) expect(least).toBeGreaterThan(pauseAfter(failures - 1, 1)! / 1.2)
        },
      ),
    )
  })

  it('begins with five seconds and ends after more than three days', () => {
    expect(pauseAfter(1, 0)).toBe(5000)
    const all = Array.from({ length: maxAttempts - 1 }, (_, index) => pauseAfter(index + 1, 0)!)
    expect(all.reduce((sum, pause) => sum + pause) / 3_600_000).toBeGreaterThan(72)
    expect(pauseAfter(maxAttempts)).toBeUndefined()
  })
})

describe('A wait that is asked for', () => {
  const cases: [string | undefined, number][] = [
    [undefined, 0],
    ['0', 0],
    ['120', 120_000],
    ['999999999', 24 * 3_600_000],
    ['-5', 0],
    ['soon', 0],
    ['', 0],
    ['1.5', 0],
    ['Mon, 02 Mar 2026 08:01:00 GMT', 60_000],
    ['Mon, 02 Mar 2026 07:00:00 GMT', 0],
    ['Mon, 02 Mar 2099 07:00:00 GMT', 24 * 3_600_000],
  ]
  for (const [value, expected] of cases) {
    it(`is ${expected} ms for ${value}`, () => expect(retryAfterMs(value, start)).toBe(expected))
  }
})

describe('The verdict on a reply', () => {
  for (const status of [200, 201, 202, 204, 299]) {
    it(`is done for ${status}`, () => expect(judge(answered(status), 0, start).kind).toBe('done'))
  }

  for (const status of [101, 300, 302, 304, 400, 401, 404, 409, 429, 500, 502, 503, 504]) {
    it(`is to try again for ${status}`, () => {
      const verdict = judge(answered(status), 0, start)
      expect(verdict).toMatchObject({ kind: 'retry', reason: expect.stringContaining(`${status}`) })
    })
  }

  it('is to try again when there was no reply, with its reason', () => {
    const verdict = judge({ kind: 'failed', reason: 'ECONNREFUSED' }, 0, start)
    expect(verdict).toMatchObject({ kind: 'retry', reason: 'ECONNREFUSED' })
  })

  it('says that redirects are not followed', () => {
    expect(judge(answered(308), 0, start)).toMatchObject({
      reason: 'HTTP 308 (redirects are not followed)',
    })
  })

  it('is final for 410', () => {
    expect(judge(answered(410), 0, start)).toEqual({ kind: 'gone', reason: 'HTTP 410' })
  })

  it('waits as long as 429 and 503 ask, if that is longer than the schedule', () => {
    for (const status of [429, 503]) {
      expect(judge(answered(status, '3600'), 0, start)).toMatchObject({ delayMs: 3_600_000 })
      const verdict = judge(answered(status, '1'), 0, start)
      expect(verdict.kind === 'retry' && verdict.delayMs).toBeGreaterThanOrEqual(5000)
    }
  })

  it('does not let other replies ask for a wait', () => {
    const verdict = judge(answered(500, '3600'), 0, start)
    expect(verdict.kind === 'retry' && verdict.delayMs).toBeLessThanOrEqual(6000)
  })

  it('gives up after the last attempt, saying how many there were', () => {
    expect(judge(answered(500), maxAttempts - 2, start).kind).toBe('retry')
    expect(judge(answered(500), maxAttempts - 1, start)).toEqual({
      kind: 'bury',
      reason: '11 attempts failed; the last: HTTP 500',
    })
  })
})
