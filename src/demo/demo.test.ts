import { describe, expect, it } from 'bun:test'
import { demoDays, senders } from './demo'
import { createSchool, isSchoolDay, type Plan } from './school'

const plan: Plan = { seed: 1, learners: 24, days: 28, until: '2026-11-27' }
const theSchool = createSchool(plan)
const all = [...demoDays(plan)]
const sentAt = new Date('2026-11-28T08:00:00.000Z')

function bodiesOf(asked: Plan): string[] {
  return [...demoDays(asked)].flatMap(({ requests }) => requests.map(({ body }) => body(sentAt)))
}

/** Lists the events of a system, and the day of the plan on which each was sent. */
function sentBy(name: string) {
  return all
    .filter(({ sender }) => sender.name === name)
    .flatMap(({ day, requests }) =>
      requests.flatMap(({ body }) =>
        (JSON.parse(body(sentAt)).data as Record<string, unknown>[]).map((event) => ({
          day,
          event,
        })),
      ),
    )
}

describe('the school of the demo', () => {
  it('does the same every time for the same plan', () => {
    expect(bodiesOf(plan)).toEqual(bodiesOf(plan))
  })

  for (const other of [{ seed: 2 }, { learners: 25 }, { days: 27 }, { until: '2026-11-26' }]) {
    it(`does something else for ${JSON.stringify(other)}`, () => {
      expect(bodiesOf({ ...plan, ...other })).not.toEqual(bodiesOf(plan))
    })
  }

  it('gives an id to one event only', () => {
    const [one, other] = [plan, { ...plan, until: '2026-11-28' }].map(eventsById)
    for (const [id, text] of one!) expect(other!.get(id) ?? text).toBe(text)
  })

  it('has all systems at work, and each says less on days without school', () => {
    for (const { name } of senders) expect(sentOn(name, true)).toBeGreaterThan(0)
    for (const name of ['canvas', 'h5p']) {
      expect(sentOn(name, false)).toBeLessThan(sentOn(name, true) / 2)
    }
  })

  it('has a week without grades in the first course, all of which follow on the day after', () => {
    const [course] = theSchool.courses
    const { from, to } = course!.badWeek!
    const group = `urn:instructure:canvas:course:${21_070_000_000_000_000n + BigInt(course!.n)}`
    const graded = sentBy('canvas').filter(
      ({ event }) =>
        event.type === 'GradeEvent' && (event.group as Record<string, unknown>).id === group,
    )
    const on = (day: number) => graded.filter((one) => one.day === day).length
    for (let day = from; day <= to; day++) expect(on(day)).toBe(0)
    expect(on(to + 1)).toBeGreaterThan(3)
  })

  it('sees nothing more of a learner who has left', () => {
    const gone = theSchool.courses
      .flatMap(({ learners }) => learners)
      .find(({ leavesOn }) => leavesOn)!
    const days = sentBy('moodle')
      .filter(({ event }) => JSON.stringify(event.actor).includes(`profile.php?id=${gone.n}"`))
      .map(({ day }) => day)
    expect(Math.max(-1, ...days)).toBeLessThan(gone.leavesOn!)
  })

  for (const size of [
    { learners: 1, days: 1 },
    { learners: 1, days: 60 },
    { learners: 500, days: 1 },
  ]) {
    it(`is there for ${JSON.stringify(size)}, too`, () => {
      expect(bodiesOf({ ...plan, ...size, until: '2026-11-27' }).length).toBeGreaterThan(0)
    })
  }
})

function eventsById(asked: Plan): Map<unknown, string> {
  const bodies = bodiesOf(asked).flatMap((text) => text.trim().split('\n'))
  const documents = bodies.flatMap((text) => {
    const body = JSON.parse(text)
    return Array.isArray(body.data) ? body.data : [body]
  })
  const named = documents.map((one) => [one.id ?? one.event_id, JSON.stringify(one)] as const)
  return new Map(named.filter(([id]) => id !== undefined))
}

/** Counts the items of a system on a day with or without school, on average. */
function sentOn(name: string, school: boolean): number {
  const days = all.filter(
    ({ sender, day }) => sender.name === name && isSchoolDay(theSchool, day) === school,
  )
  const items = days.flatMap(({ requests }) => requests).reduce((sum, one) => sum + one.items, 0)
  return items / days.length
}
