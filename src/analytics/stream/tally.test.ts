import { describe, expect, it } from 'bun:test'
import type { EventRecord } from '../../event/record'
import type { StoredRecord } from '../../platform/live-feed'
import type { LiveQuestion } from './question'
import { createTally, type Mark, type TallyRoom } from './tally'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 29, 10, 0, seconds))

interface Told {
  seconds: number
  type?: string
  actorId?: string
  more?: Partial<EventRecord>
}

/** The place in the feed is the position. */
function feedOf(told: Told[]): StoredRecord[] {
  return told.map(({ seconds, type = 'a', actorId = 'p', more }, place) => {
    const record = { type, actorId, receivedAt: at(seconds).toISOString(), ...more }
    return { record: record as EventRecord, position: () => String(place + 1).padStart(4, '0') }
  })
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const plenty: TallyRoom = { take: () => true, release() {} }
const usual: LiveQuestion = { metric: 'events', intervalMs: 60_000, seesPeople: true }

function tallyOf(question: Partial<LiveQuestion>, begin?: Mark, room = plenty) {
  return createTally(
    { ...usual, ...question },
    { begin: begin ?? { from: '0000', now: at(30) }, room, order },
  )
}

/** Everything there is to tell. */
function all(tally: ReturnType<typeof tallyOf>, now = at(40)) {
  const found = []
  for (let news = tally.news(now); news !== undefined; news = tally.news(now)) found.push(news)
  return found
}

describe('a tally', () => {
  it('tells rows that changed, as they are now, and none twice', () => {
    const tally = tallyOf({ groupBy: 'type' })
    const [one, two, three] = feedOf([{ seconds: 31 }, { seconds: 32, type: 'b' }, { seconds: 33 }])
    tally.add(one!)
    tally.add(two!)
    const [news] = all(tally)
    expect(news).toMatchObject({
      ...{ start: at(0).toISOString(), countedTo: at(32).toISOString(), partial: true },
      rows: [
        { group: 'a', value: 1 },
        { group: 'b', value: 1 },
      ],
    })
    expect(all(tally)).toEqual([])
    tally.add(three!)
    expect(all(tally)[0]!.rows).toEqual([{ group: 'a', value: 2 }])
  })

  it('goes to the next interval, and tells first how the last one ended', () => {
    const tally = tallyOf({})
    for (const stored of feedOf([{ seconds: 31 }, { seconds: 61 }, { seconds: 59 }])) {
      tally.add(stored)
    }
    // The third waited somewhere: its interval is over, and it counts in the next.
    expect(all(tally).map(({ start, partial, rows }) => [start, partial, rows[0]!.value])).toEqual([
      [at(0).toISOString(), true, 1],
      [at(60).toISOString(), undefined, 2],
    ])
  })

  it('counts the same from any of its marks on, and tells nothing that it had exceeded', () => {
    const told = Array.from({ length: 200 }, (_, n) => ({
      seconds: 30 + n * 2 - (n % 7) * 9,
      type: 'abc'[n % 3]!,
      actorId: `p${n % 5}`,
    }))
    for (const metric of ['events', 'actors'] as const) {
      const feed = feedOf(told)
      const tally = tallyOf({ metric, groupBy: 'type' })
      const rows = new Map<string, number>()
      const keep = (found: ReturnType<typeof all>, into: Map<string, number>) => {
        for (const { start, rows: some } of found) {
          for (const { group, value } of some) {
            const name = `${start} ${group}`
            expect(value).toBeGreaterThanOrEqual(into.get(name) ?? 0)
            into.set(name, value)
          }
        }
      }
      const marks: { mark: Mark; known: Map<string, number> }[] = []
      for (const stored of feed) {
        tally.add(stored)
        const found = all(tally)
        keep(found, rows)
        if (found.length > 0) marks.push({ mark: found.at(-1)!.mark, known: new Map(rows) })
      }
      expect(marks.length).toBeGreaterThan(100)
      for (const { mark, known } of marks) {
        const again = tallyOf({ metric, groupBy: 'type' }, mark)
        for (const stored of feed) {
          if (order(stored.position(), mark.from) <= 0) continue
          again.add(stored)
          keep(all(again), known)
        }
        expect(known).toEqual(rows)
      }
    }
  })

  it('counts each for as many as it stands for, and software as nobody', () => {
    const sampled = tallyOf({})
    const software = { actorType: 'SoftwareApplication' }
    for (const stored of feedOf([{ seconds: 31, more: { sampleRate: 0.1 } }, { seconds: 31 }])) {
      sampled.add(stored)
    }
    expect(all(sampled)[0]!.rows).toEqual([{ group: null, value: 11 }])
    const people = tallyOf({ metric: 'actors' })
    for (const stored of feedOf([
      { seconds: 31 },
      { seconds: 31 },
      { seconds: 31, actorId: 'q' },
      { seconds: 31, actorId: 'grader', more: software },
    ])) {
      people.add(stored)
    }
    expect(all(people)[0]!.rows).toEqual([{ group: null, value: 2 }])
  })

  it('tells who sees nobody of an interval when it is over, without groups of few', () => {
    const tally = tallyOf({ seesPeople: false, groupBy: 'type' })
    const five = Array.from({ length: 5 }, (_, n) => ({ seconds: 31, actorId: `p${n}` }))
    for (const stored of feedOf([...five, { seconds: 32, type: 'b' }])) tally.add(stored)
    expect(all(tally, at(64))).toEqual([])
    expect(all(tally, at(66))).toMatchObject([{ rows: [{ group: 'a', value: 5 }], suppressed: 1 }])
  })

  it('is bounded in groups, in people, and in what waits', () => {
    const wide = tallyOf({ groupBy: 'type' })
    for (const stored of feedOf(
      Array.from({ length: 1200 }, (_, n) => ({ seconds: 31, type: `t${n}` })),
    )) {
      wide.add(stored)
    }
    const [news] = all(wide)
    expect([news!.rows.length, news!.truncated]).toEqual([1000, true])

    let left = 3
    const room = {
      take(count: number) {
        if (count > left) return false
        left -= count
        return true
      },
      release: (count: number) => {
        left += count
      },
    }
    const narrow = tallyOf({ metric: 'actors' }, undefined, room)
    for (const stored of feedOf(
      Array.from({ length: 9 }, (_, n) => ({ seconds: 31, actorId: `p${n}` })),
    )) {
      narrow.add(stored)
    }
    expect(all(narrow)).toMatchObject([{ rows: [{ value: 2 }], truncated: true }])
    narrow[Symbol.dispose]()
    expect(left).toBe(3)

    const late = tallyOf({})
    const takes = feedOf(Array.from({ length: 20 }, (_, n) => ({ seconds: 31 + n * 60 }))).map(
      (stored) => late.add(stored),
    )
    expect(takes.indexOf(false)).toBe(8)
  })
})
