import { memberOf } from '../members'
import type { ReducedEvent, Reducer } from '../reducer'
import { type Concept, conceptsOf } from './concepts'
import { happenedAt, isoOf, nameOf, rounded } from './deeds'
import { putFirst } from './recent'

interface State {
  /** The one of the latest event first. */
  concepts: Known[]
}

interface Known extends Concept {
  /** How likely it is that the learner knows it, by what they answered. */
  p: number
  right: number
  wrong: number
  /** The sender's own opinion, the latest: a number, or its word. */
  reported?: number | string | undefined
  /** They said so, or that it is not; undefined where they said neither. */
  isMastered?: boolean | undefined
  /** ms since 1970. */
  last: number
}

/** A course teaches some dozen concepts. */
const MOST_CONCEPTS = 64

/*
 * Bayesian knowledge tracing (Corbett and Anderson 1995, "Knowledge tracing: modeling the acquisition of
 * procedural knowledge", User Modeling and User-Adapted Interaction 4): the learner knows a concept or not; an
 * answer is evidence, and with each answer they may learn it. Nobody fitted these to your questions: they are
 * a middle of what is published, and order learners and concepts rather than measure them.
 */
const KNOWN_BEFORE = 0.3
const LEARNED_BY_AN_ANSWER = 0.1
const SLIP = 0.1
const GUESS = 0.2
/** They call a skill mastered from here on. */
const MASTERED = 0.95
/** With half of the points or more an answer is right. */
const RIGHT_SHARE = 0.5

/** Which concepts a learner knows. */
export const mastery: Reducer<State> = {
  name: 'mastery',
  version: 1,
  says: 'Which concepts a learner knows, by their answers and by what senders report',
  scope: 'learner',
  start: { concepts: [] },
  reduce,
  show: ({ concepts }) => ({
    concepts: concepts.map(({ p, isMastered, last, ...concept }) => ({
      ...concept,
      likelihood: rounded(p, 3),
      isMastered: isMastered ?? p >= MASTERED,
      lastSeen: isoOf(last),
    })),
  }),
}

function reduce(state: State, event: ReducedEvent): State {
  if (event.kind !== 'event') return state
  const told = toldBy(event)
  if (told === undefined) return state
  const at = happenedAt(event)
  let { concepts } = state
  for (const concept of conceptsOf(event)) {
    const known = concepts.find(({ id }) => id === concept.id)
    const next = learned({ ...unknown, ...known, ...concept }, told, at)
    concepts = putFirst(concepts, next, MOST_CONCEPTS).list
  }
  return concepts === state.concepts ? state : { concepts }
}

const unknown = { p: KNOWN_BEFORE, right: 0, wrong: 0, last: 0 }

/** An event tells that an answer was right or wrong, or what its sender thinks of the learner. */
interface Told {
  isRight?: boolean | undefined
  level?: number | string | undefined
  isMastered?: boolean | undefined
}

function toldBy(event: ReducedEvent): Told | undefined {
  const level = levelOf(event)
  if (event.type === 'concept_mastered') return { level, isMastered: true }
  if (typeof level === 'number') return { level, isMastered: shareOf(level) >= MASTERED }
  if (level !== undefined) return { level }
  const { score, maxScore, success } = event
  const isShare = score !== undefined && maxScore !== undefined && maxScore > 0
  const isRight = success ?? (isShare ? score / maxScore >= RIGHT_SHARE : undefined)
  return isRight === undefined ? undefined : { isRight }
}

function levelOf(event: ReducedEvent): number | string | undefined {
  const level = memberOf(event.fields, 'mastery_level') ?? memberOf(event.fields, 'masteryLevel')
  if (typeof level === 'string' && level !== '') return nameOf(level)
  return typeof level === 'number' && Number.isFinite(level) ? level : undefined
}

// Some senders write 80 for 0.8.
function shareOf(level: number): number {
  return level > 1 ? level / 100 : level
}

function learned(known: Known, { isRight, level, isMastered }: Told, at: number): Known {
  const isLate = at < known.last
  const next = { ...known, last: Math.max(at, known.last) }
  if (isRight === undefined) {
    // A report that was made later counts, also where it came before this one.
    if (isLate) return next
    return {
      ...next,
      reported: level ?? known.reported,
      isMastered: isMastered ?? known.isMastered,
    }
  }
  return {
    ...next,
    p: traced(known.p, isRight),
    right: known.right + (isRight ? 1 : 0),
    wrong: known.wrong + (isRight ? 0 : 1),
  }
}

/** Bayes' rule over what was believed before the answer, and then what the answer taught. */
function traced(p: number, isRight: boolean): number {
  const ifKnown = isRight ? 1 - SLIP : SLIP
  const ifUnknown = isRight ? GUESS : 1 - GUESS
  const knew = (p * ifKnown) / (p * ifKnown + (1 - p) * ifUnknown)
  return knew + (1 - knew) * LEARNED_BY_AN_ANSWER
}
