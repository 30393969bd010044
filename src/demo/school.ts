import { type Random, randomOf, uuidOf } from './random'

/** The whole demo follows from its plan: the same plan gives the same events. */
export interface Plan {
  seed: number
  learners: number
  days: number
  /** The last day, as `2026-11-27`, UTC. */
  until: string
}

export interface Person {
  /** The number is the person's in every system. */
  n: number
  name: string
  uuid: string
}

export interface Learner extends Person {
  /** Share of the points that they usually reach, 0 to 1. */
  ability: number
  /** Chance that they work for a course on a day of school, 0 to 1. */
  diligence: number
  /** From this day of the plan on nothing more is seen of them; absent for most. */
  leavesOn?: number
}

export interface Item {
  n: number
  name: string
  kind: 'page' | 'video' | 'forum'
  /** A video lasts so many seconds. */
  seconds?: number
}

export interface Quiz {
  n: number
  name: string
  maxPoints: number
  /** It is open for three days from this day of the plan on. */
  opensOn: number
}

export interface Course {
  system: SystemName
  n: number
  name: string
  teacher: Person
  learners: Learner[]
  items: Item[]
  quizzes: Quiz[]
  /** The teacher is away on these days of the plan: nothing is graded, and less is done. */
  badWeek?: { from: number; to: number }
}

export interface School extends Plan {
  /** Midnight (UTC) of the first day, in ms. */
  startsAt: number
  courses: Course[]
}

export const systemNames = ['canvas', 'moodle', 'open-edx', 'quiz-tool', 'h5p', 'game'] as const
export type SystemName = (typeof systemNames)[number]

export const DAY_MS = 24 * 60 * 60 * 1000

/** Makes the school: its courses in six systems, and who learns and teaches there. */
export function createSchool(plan: Plan): School {
  const { seed, learners: count, days, until } = plan
  const learners = Array.from({ length: count }, (_, at) => learnerOf(plan, at + 1))
  const startsAt = Date.parse(`${until}T00:00:00Z`) - (days - 1) * DAY_MS
  const courses = subjects.map(({ system, name, topics, share }, at): Course => {
    const inCourse = (learner: Learner) => randomOf(seed, name, learner.n).chance(share)
    const chosen = learners.filter(inCourse)
    return {
      system,
      n: 101 + at,
      name,
      teacher: {
        n: 9001 + at,
        name: nameOf(randomOf(seed, 'teacher', at)),
        uuid: uuidOf(seed, 'teacher', at),
      },
      // A course without anybody in it would show nothing.
      learners: chosen.length > 0 ? chosen : learners.slice(0, 1),
      items: itemsOf(topics, at),
      quizzes: quizzesOf(topics, days, at),
      ...(at === 0 && { badWeek: badWeekOf(days) }),
    }
  })
  return { ...plan, startsAt, courses }
}

/** Tells whether a day of the plan is one of school. */
export function isSchoolDay({ startsAt }: School, day: number): boolean {
  const weekday = new Date(startsAt + day * DAY_MS).getUTCDay()
  return weekday !== 0 && weekday !== 6
}

const subjects: { system: SystemName; name: string; share: number; topics: string[] }[] = [
  {
    system: 'canvas',
    name: 'Biology 7',
    share: 0.5,
    topics: ['Cells', 'Photosynthesis', 'Genetics', 'Evolution', 'Ecosystems'],
  },
  {
    system: 'canvas',
    name: 'World History 8',
    share: 0.35,
    topics: ['Rome', 'The Silk Road', 'The Black Death', 'The Renaissance', 'Revolutions'],
  },
  {
    system: 'moodle',
    name: 'French A2',
    share: 0.4,
    topics: ['Au marché', 'La famille', 'En voyage', 'Le passé composé', 'La santé'],
  },
  {
    system: 'open-edx',
    name: 'Statistics 101',
    share: 0.35,
    topics: ['Averages', 'Spread', 'Probability', 'Samples', 'Correlation'],
  },
  {
    system: 'quiz-tool',
    name: 'Physics 9',
    share: 0.35,
    topics: ['Forces', 'Energy', 'Waves', 'Circuits', 'Optics'],
  },
  {
    system: 'h5p',
    name: 'Health 7',
    share: 0.3,
    topics: ['Sleep', 'Nutrition', 'First aid', 'Exercise', 'Stress'],
  },
  {
    system: 'game',
    name: 'Fraction Quest',
    share: 0.3,
    topics: ['Halves', 'Quarters', 'Thirds', 'Tenths', 'Mixed numbers'],
  },
]

const given = ['Ada', 'Ben', 'Chidi', 'Dina', 'Emil', 'Fatima', 'Goran', 'Hana', 'Ivo', 'Jun']
const more = ['Kofi', 'Lena', 'Mei', 'Noor', 'Olga', 'Pia', 'Quentin', 'Rosa', 'Sam', 'Tariq']
const families = ['Abara', 'Berg', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haddad']
const others = ['Ito', 'Jansen', 'Kaya', 'Lopez', 'Meyer', 'Nowak', 'Okafor', 'Petrov', 'Rossi']

function nameOf(random: Random): string {
  return `${random.pick([...given, ...more])} ${random.pick([...families, ...others])}`
}

function learnerOf({ seed, days }: Plan, n: number): Learner {
  const random = randomOf(seed, 'learner', n)
  const name = nameOf(random)
  const ability = Math.min(0.97, Math.max(0.25, random.around(0.68, 0.14)))
  const diligence = Math.min(0.9, Math.max(0.1, random.around(0.45, 0.15)))
  // One in twelve leaves, early enough to be missed for a week when the days are over.
  const leaves = n % 12 === 5 && days > 9
  const leavesOn = leaves ? random.whole(1, days - 9) : undefined
  return {
    n,
    name,
    uuid: uuidOf(seed, 'learner', n),
    ability,
    diligence,
    ...(leaves && { leavesOn: leavesOn! }),
  }
}

function itemsOf(topics: readonly string[], course: number): Item[] {
  return topics.flatMap((topic, at): Item[] => {
    const n = course * 100 + at * 10
    return [
      { n: n + 1, name: `${topic}: reading`, kind: 'page' },
      { n: n + 2, name: `${topic}: worksheet`, kind: 'page' },
      { n: n + 3, name: `${topic}: video`, kind: 'video', seconds: 240 + 60 * at },
      { n: n + 4, name: `${topic}: questions`, kind: 'forum' },
    ]
  })
}

// One quiz a week, each three days open; the first comes at once, so that even a short demo has one.
function quizzesOf(topics: readonly string[], days: number, course: number): Quiz[] {
  const weeks = Math.max(1, Math.ceil(days / 7))
  return Array.from({ length: weeks }, (_, week): Quiz => {
    const topic = topics[week % topics.length]!
    const round = week < topics.length ? '' : ` (${1 + Math.floor(week / topics.length)})`
    return {
      n: course * 100 + week,
      name: `${topic} quiz${round}`,
      maxPoints: 10 + 5 * (week % 3),
      opensOn: week * 7 + (course % 3),
    }
  })
}

/** It is the week before the last, or the second half of what there is. */
function badWeekOf(days: number): { from: number; to: number } {
  return days >= 21
    ? { from: days - 14, to: days - 8 }
    : { from: Math.floor(days / 2), to: days - 1 }
}
