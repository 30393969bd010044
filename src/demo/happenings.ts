import { randomOf } from './random'
import {
  type Course,
  DAY_MS,
  type Item,
  isSchoolDay,
  type Learner,
  type Person,
  type Quiz,
  type School,
} from './school'

/** Something that somebody does in a course; each system says it in its own words. */
export type Happening = {
  /** In ms since 1970. */
  at: number
  course: Course
  person: Person
  role: 'Learner' | 'Instructor'
  /** A sitting is what somebody does in one go; the text names it. */
  sitting: string
} & (
  | { kind: 'login' | 'logout' }
  | { kind: 'view'; item: Item }
  | { kind: 'post'; item: Item; place: number }
  | { kind: 'watch'; item: Item; seconds: number }
  | { kind: 'start'; taking: Taking }
  | { kind: 'submit'; taking: Taking }
  | { kind: 'grade'; taking: Taking }
)

/** A taking is one attempt at a quiz, and how it ends. */
export interface Taking {
  quiz: Quiz
  learner: Learner
  /** It is made on this day of the plan. */
  day: number
  attempt: number
  startedAt: number
  submittedAt: number
  points: number
}

const MINUTE_MS = 60_000
const OPEN_DAYS = 3

/** Lists what happens in a course on a day of the plan, in order of time. */
export function happeningsOf(school: School, course: Course, day: number): Happening[] {
  const all = course.learners.flatMap((learner) => sittingOf(school, course, learner, day))
  const teaching = teacherDay(school, course, day)
  return [...all, ...teaching].toSorted((one, other) => one.at - other.at)
}

function isBad({ badWeek }: Course, day: number): boolean {
  return badWeek !== undefined && day >= badWeek.from && day <= badWeek.to
}

function sittingOf(school: School, course: Course, learner: Learner, day: number): Happening[] {
  const { leavesOn = Number.POSITIVE_INFINITY, diligence } = learner
  if (day >= leavesOn) return []
  const taking = takingsOn(school, course, day).find((one) => one.learner === learner)
  const random = randomOf(school.seed, course.n, learner.n, 'day', day)
  const zeal = diligence * (isSchoolDay(school, day) ? 1 : 0.2) * (isBad(course, day) ? 0.5 : 1)
  if (!random.chance(zeal) && taking === undefined) return []

  const sitting = `${course.n}-${learner.n}-${day}`
  const first = school.startsAt + day * DAY_MS + random.whole(8 * 60, 19 * 60) * MINUTE_MS
  let at = taking ? Math.min(first, taking.startedAt - 12 * MINUTE_MS) : first
  const common = { course, person: learner, role: 'Learner' as const, sitting }
  const done: Happening[] = [{ ...common, at, kind: 'login' }]
  const step = () => {
    at += random.whole(20, 180) * 1000
    return at
  }
  for (let views = random.whole(1, 3); views > 0; views--) {
    const item = random.pick(course.items)
    done.push({ ...common, at: step(), kind: 'view', item })
    if (item.kind === 'video') {
      const seconds = Math.ceil(item.seconds! * Math.min(1, random.around(0.75, 0.3)))
      done.push({ ...common, at: step(), kind: 'watch', item, seconds: Math.max(15, seconds) })
    }
    if (item.kind === 'forum' && random.chance(0.3)) {
      done.push({ ...common, at: step(), kind: 'post', item, place: day })
    }
  }
  if (taking) {
    done.push({ ...common, at: taking.startedAt, kind: 'start', taking })
    done.push({ ...common, at: taking.submittedAt, kind: 'submit', taking })
    at = Math.max(at, taking.submittedAt)
  }
  if (random.chance(0.3)) done.push({ ...common, at: step(), kind: 'logout' })
  return done
}

/** Lists who takes a quiz on a day: each learner makes one attempt at most at each. */
function takingsOn(school: School, course: Course, day: number): readonly Taking[] {
  const known = takings.get(course) ?? takingsByDay(school, course)
  takings.set(course, known)
  return known.get(day) ?? []
}

// All that happens in a course depends on them, every day anew.
const takings = new WeakMap<Course, Map<number, Taking[]>>()

function takingsByDay(school: School, course: Course): Map<number, Taking[]> {
  const byDay = new Map<number, Taking[]>()
  for (const quiz of course.quizzes) {
    const open = Array.from({ length: OPEN_DAYS }, (_, at) => quiz.opensOn + at)
    const days = open.filter((day) => isSchoolDay(school, day))
    for (const learner of course.learners) {
      const taking = takingOf(school, course, learner, quiz, days)
      if (taking) byDay.set(taking.day, [...(byDay.get(taking.day) ?? []), taking])
    }
  }
  return byDay
}

/** Decides whether a learner takes a quiz, on which of its days, and how well. */
function takingOf(
  { seed, startsAt }: School,
  course: Course,
  learner: Learner,
  quiz: Quiz,
  days: readonly number[],
): Taking | undefined {
  const random = randomOf(seed, course.n, learner.n, 'quiz', quiz.n)
  const eagerness = learner.diligence + (isBad(course, quiz.opensOn) ? 0.1 : 0.35)
  const takes = random.chance(Math.min(0.95, eagerness))
  const day = random.pick(days)
  if (!takes || day >= (learner.leavesOn ?? Number.POSITIVE_INFINITY)) return undefined
  const startedAt = startsAt + day * DAY_MS + random.whole(9 * 60, 18 * 60) * MINUTE_MS
  const submittedAt = startedAt + random.whole(6, 28) * MINUTE_MS
  const worse = isBad(course, day) ? 0.22 : 0
  const share = Math.min(1, Math.max(0, random.around(learner.ability - worse, 0.1)))
  const points = Math.round(share * quiz.maxPoints)
  return { quiz, learner, day, attempt: 1, startedAt, submittedAt, points }
}

/**
 * Lists what the teacher does: looks at the course, and grades what was submitted the day before. In
 * the bad week nothing; all of it is graded on the day after.
 */
function teacherDay(school: School, course: Course, day: number): Happening[] {
  if (isBad(course, day)) return []
  const from = course.badWeek && day === course.badWeek.to + 1 ? course.badWeek.from - 1 : day - 1
  const random = randomOf(school.seed, course.n, 'teacher', day)
  const sitting = `${course.n}-teacher-${day}`
  let at = school.startsAt + day * DAY_MS + random.whole(7 * 60, 8 * 60) * MINUTE_MS
  const common = { course, person: course.teacher, role: 'Instructor' as const, sitting }
  const done: Happening[] = []
  if (isSchoolDay(school, day)) {
    done.push({ ...common, at, kind: 'login' })
    done.push({ ...common, at: at + MINUTE_MS, kind: 'view', item: random.pick(course.items) })
  }
  for (let past = Math.max(0, from); past < day; past++) {
    for (const taking of takingsOn(school, course, past)) {
      at += random.whole(20, 90) * 1000
      done.push({ ...common, at, kind: 'grade', taking })
    }
  }
  return done
}
