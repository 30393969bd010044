import { expect, it } from 'bun:test'
import { finish, GIVE_UP_MS, hear, IDENTITY_MS, nextLook, pass, SOURCE_MS } from './machine'
import { type Effect, newState } from './state'

const at = (ms: number) => new Date(Date.parse('2026-11-30T03:00:00.000Z') + ms).toISOString()
const lockOf = (fields: object) => ({ event: 'lock_fields', fields })
const source = lockOf({ source: 'org.ets.lo_event.test', version: '1' })
const amy = lockOf({ user_id: 'amy' })
const typed = (n: number, more: object = {}) => ({ event: 'keystroke', n, ...more })

it('deals with each frame exactly once, in order, whatever comes', () => {
  const pool = [
    ...[
      source,
      amy,
      typed(1),
      typed(2),
      { event: 'save_blob', blob: [1] },
      { event: 'fetch_blob' },
    ],
    ...[
      lockOf({ activity: 'a' }),
      { event: 'terminate' },
      '{',
      '[]',
      lockOf({ x: 'y'.repeat(200_000) }),
    ],
    ...[
      lockOf({ source: 't', chrome_identity: { id: 7 } }),
      typed(3, { user_id: 5 }),
      lockOf({ source: 9 }),
    ],
  ]
  let seed = 19
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  for (let run = 0; run < 200; run += 1) {
    const settings = [undefined, { auth: ['guest' as const] }, { auth: [] }][random(3)]
    const state = newState(`c${run}`, at(0))
    const effects: Effect[] = []
    const count = random(12)
    let ms = 0
    for (let n = 1; n <= count; n += 1) {
      ms += [0, 1, IDENTITY_MS, SOURCE_MS, GIVE_UP_MS][random(5)]!
      if (random(3) === 0) effects.push(...pass(state, at(ms), { settings }))
      const frame = pool[random(pool.length)]!
      const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
      effects.push(...hear(state, { n, at: at(ms), text }, { settings }))
    }
    effects.push(...finish(state, { settings }))
    expect(state.waiting).toEqual([])
    expect(nextLook(state)).toBeUndefined()
    const dealt = effects.flatMap((one) =>
      one.kind === 'store' || one.kind === 'keep' ? [one] : [],
    )
    const numbers = dealt.map(({ n }) => n).filter((n) => n > 0)
    expect(numbers.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, n) => n + 1),
    )
    const stored = dealt.filter(({ kind }) => kind === 'store').map(({ n }) => n)
    expect(stored).toEqual(stored.toSorted((a, b) => a - b))
    for (const { n, item } of dealt) expect(JSON.parse(item).connection.frame).toBe(n)
    // Who is known stays known, and is told once.
    const told = effects.filter(
      (one) => one.kind === 'answer' && one.text.startsWith('{"status":"auth","user_id"'),
    )
    expect(told.length).toBeLessThanOrEqual(1)
    for (const one of dealt) {
      if (one.kind === 'store')
        expect(JSON.parse(one.item).auth?.userId).toBe(state.identity?.userId)
    }
  }
})
