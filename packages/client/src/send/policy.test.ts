import { describe, expect, it } from 'bun:test'
import { type Answer, type Verdict, verdictOf } from './policy'

const NOW = Date.UTC(2026, 10, 29, 12)
const inSeconds = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString()
const problem = 'invalid_request'

// With a random number of one half, of two events, unless said otherwise.
const cases: [answer: Answer, verdict: Partial<Verdict>, tried?: object][] = [
  [{ status: 200 }, { next: 'sent', wait: 0, isAsked: false }],
  [{ status: 201 }, { next: 'sent' }],
  [{ status: 204 }, { next: 'sent' }],
  [
    { status: 200, remaining: '0', reset: '7' },
    { next: 'sent', wait: 7000, isAsked: true },
  ],
  [
    { status: 200, remaining: '1', reset: '7' },
    { next: 'sent', wait: 0 },
  ],
  [
    { status: 200, remaining: '0', reset: null },
    { next: 'sent', wait: 0 },
  ],

  // Nobody answered, or not ours: it passes.
  [{ status: 0 }, { next: 'kept', wait: 500, isAsked: false }],
  [{ status: 0 }, { next: 'kept', wait: 8000 }, { failures: 4 }],
  [{ status: 0 }, { next: 'kept', wait: 30_000 }, { failures: 40 }],
  [{ status: 0 }, { next: 'kept', wait: 30_000 }, { failures: 4000 }],
  [{ status: 0 }, { next: 'kept', wait: 100 }, { dice: 0 }],
  [{ status: 302 }, { next: 'kept', wait: 500 }],
  [{ status: 408 }, { next: 'kept', wait: 500 }],
  [{ status: 425 }, { next: 'kept', wait: 500 }],
  [{ status: 502 }, { next: 'kept', wait: 500 }],
  [{ status: 504 }, { next: 'kept', wait: 8000 }, { failures: 4 }],

  // The server asks for time.
  [
    { status: 429, retryAfter: '20' },
    { next: 'kept', wait: 21_000, isAsked: true },
  ],
  [{ status: 429, retryAfter: '20' }, { next: 'kept', wait: 20_000 }, { dice: 0 }],
  [{ status: 503, retryAfter: '1' }, { next: 'kept', wait: 30_000 }, { failures: 9 }],
  [
    { status: 503, retryAfter: inSeconds(10) },
    { next: 'kept', wait: 10_500, isAsked: true },
  ],
  [
    { status: 503, retryAfter: inSeconds(-10) },
    { next: 'kept', wait: 500, isAsked: false },
  ],
  [
    { status: 503, retryAfter: 'soon' },
    { next: 'kept', wait: 500, isAsked: false },
  ],
  [
    { status: 503, retryAfter: '' },
    { next: 'kept', wait: 500 },
  ],
  [{ status: 503, retryAfter: '-5' }, { next: 'kept', wait: 500 }, { dice: 0.5 }],
  [
    { status: 503, retryAfter: '1e999' },
    { next: 'kept', wait: 3_780_000 },
  ],
  [
    { status: 503, retryAfter: '9'.repeat(400) },
    { next: 'kept', wait: 3_780_000 },
  ],
  [
    { status: 429, remaining: '0', reset: '30' },
    { next: 'kept', wait: 31_500, isAsked: true },
  ],
  [
    { status: 503, remaining: '0', reset: '30' },
    { next: 'kept', wait: 500, isAsked: false },
  ],

  // Somebody has to correct something.
  [
    { status: 401, code: problem },
    { next: 'kept', wait: 300_000, isAsked: false },
  ],
  [
    { status: 403, code: problem },
    { next: 'kept', wait: 300_000 },
  ],
  [
    { status: 404, code: problem },
    { next: 'kept', wait: 300_000 },
  ],
  [{ status: 405 }, { next: 'kept', wait: 300_000 }],
  [
    { status: 415, code: problem },
    { next: 'kept', wait: 300_000 },
  ],

  // The events themselves: found by halves, dropped alone.
  [
    { status: 400, code: problem },
    { next: 'less', wait: 0 },
  ],
  [{ status: 400, code: problem }, { next: 'refused', wait: 0 }, { count: 1 }],
  [{ status: 409, code: problem }, { next: 'less' }],
  [{ status: 422, code: problem }, { next: 'refused' }, { count: 1 }],
  [{ status: 413 }, { next: 'less', wait: 0 }],
  [{ status: 413 }, { next: 'refused' }, { count: 1 }],
  [{ status: 400, code: 'not_conformant' }, { next: 'refused' }],
  // These are not of this server: nothing is dropped for them.
  [{ status: 400 }, { next: 'kept', wait: 500 }],
  [{ status: 400, code: 7 }, { next: 'kept', wait: 500 }, { count: 1 }],
  [{ status: 422 }, { next: 'kept', wait: 500 }, { count: 1 }],

  // One event may break a server that has a fault.
  [{ status: 500 }, { next: 'kept', wait: 500 }],
  [{ status: 500 }, { next: 'less', wait: 2000 }, { failures: 2 }],
  [{ status: 500 }, { next: 'last', wait: 2000 }, { failures: 2, count: 1 }],
  [{ status: 503 }, { next: 'kept' }, { failures: 20, count: 1 }],
]

describe('an answer is judged', () => {
  for (const [answer, verdict, more] of cases) {
    it(`${JSON.stringify(answer).slice(0, 80)} ${JSON.stringify(more ?? {})}`, () => {
      const tried = { failures: 0, count: 2, dice: 0.5, now: NOW, ...more }
      expect(verdictOf(answer, tried)).toMatchObject(verdict)
    })
  }

  it('never with a wait that is no time, or beyond an hour and a tenth', () => {
    for (const status of [0, 200, 204, 301, 400, 401, 404, 413, 429, 500, 503, 599])
      for (const retryAfter of [null, '0', '5', '99999', 'x', '0x10', inSeconds(1e6), '∞', '5.5'])
        for (const failures of [0, 1, 5, 1e6])
          for (const random of [0, 0.999]) {
            const tried = { failures, dice: random, count: 3, now: NOW }
            const { wait } = verdictOf({ status, retryAfter, remaining: '0', reset: '9' }, tried)
            expect(wait).toBeWithin(0, 3_960_001)
          }
  })
})
