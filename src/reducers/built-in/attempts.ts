import type { ReducedEvent, Reducer } from '../reducer'
import { happenedAt, idOf, isoOf, nameOf, rounded } from './deeds'
import { putFirst } from './recent'
import { type Gone, gone, noGone, type Taking, takingBy, takingShown } from './taking'
import { isOnItem, wholeOf } from './whole'

interface State {
  /** The one of the latest event first. */
  assessments: Assessment[]
}

interface Assessment {
  id: string
  name?: string | undefined
  /** The latest first. */
  takings: Taking[]
  gone: Gone
  answers: { given: number; right: number; wrong: number }
  /** ms since 1970. */
  last: number
}

/** A course has a dozen or two quizzes and assignments in a term. */
const MOST_ASSESSMENTS = 24
/** Whoever tries more often is seen by the sums of the attempts before. */
const MOST_TAKINGS = 4

const answering = new Set(['Started', 'Submitted', 'Completed', 'Graded', 'Modified'])
const attempting = new Set(['Started', 'Submitted', 'Completed', 'Graded'])
const graded = new Set(['Assessment', 'AssignableDigitalResource', 'Attempt'])

/** How often a learner tried which assessment, and with what scores. */
export const attempts: Reducer<State> = {
  name: 'attempts-and-scores',
  version: 1,
  says: 'How often a learner tried each assessment, what they scored, and how they answered its questions',
  scope: 'learner',
  types: [...answering],
  start: { assessments: [] },
  reduce,
  show: ({ assessments }) => ({ assessments: assessments.map(shown) }),
}

function reduce(state: State, event: ReducedEvent): State {
  if (event.kind !== 'event' || event.category === 'mastery') return state
  const { commonAction = '' } = event
  const isItem = isOnItem(event)
  if (!(isItem ? answering : attempting).has(commonAction)) return state
  if (!isItem && !isAttempt(event)) return state
  const found = find(state, event)
  if (found === undefined) return state
  const at = happenedAt(event)
  const last = Math.max(at, found.last)
  const next = isItem ? answered(found, event) : tried(found, event, at)
  return { assessments: putFirst(state.assessments, { ...next, last }, MOST_ASSESSMENTS).list }
}

/** A score says that something was attempted, whatever its type is called. */
function isAttempt({ objectType, assignableId, attemptId, score }: ReducedEvent): boolean {
  return (
    (objectType !== undefined && graded.has(objectType)) ||
    (objectType !== 'LearningObjective' &&
      [assignableId, attemptId, score].some((one) => one !== undefined))
  )
}

/** A grade names its attempt, and often not what was attempted. */
function find(state: State, event: ReducedEvent): Assessment | undefined {
  const { attemptId, objectId, objectName, commonAction } = event
  const attempt = attemptId === undefined || commonAction !== 'Graded' ? undefined : idOf(attemptId)
  const byAttempt = state.assessments.find(({ takings }) =>
    takings.some(({ id }) => id === attempt),
  )
  const whole = wholeOf(event)
  const id = byAttempt?.id ?? (whole === undefined ? undefined : idOf(whole))
  if (id === undefined) return undefined
  const known = byAttempt ?? state.assessments.find((one) => one.id === id)
  // The name of a question or of an attempt is not that of its assessment.
  const isNamed = objectName !== undefined && objectId !== undefined && idOf(objectId) === id
  const none = { takings: [], gone: noGone, answers: { given: 0, right: 0, wrong: 0 }, last: 0 }
  return { ...none, ...known, id, ...(isNamed && { name: nameOf(objectName) }) }
}

function answered(one: Assessment, event: ReducedEvent): Assessment {
  if (event.commonAction === 'Started') return one
  const { score, maxScore } = event
  // A point that was not given is a fault, so that half an answer is wrong here; mastery asks more finely.
  const scored = score !== undefined && maxScore !== undefined ? score >= maxScore : undefined
  const isRight = event.success ?? scored
  const { given, right, wrong } = one.answers
  return {
    ...one,
    answers: {
      given: given + (event.commonAction === 'Graded' ? 0 : 1),
      right: right + (isRight === true ? 1 : 0),
      wrong: wrong + (isRight === false ? 1 : 0),
    },
  }
}

function tried(one: Assessment, event: ReducedEvent, at: number): Assessment {
  const taking = takingBy(one.takings, event, at)
  const { list, dropped } = putFirst(one.takings, taking, MOST_TAKINGS)
  return { ...one, takings: list, gone: dropped === undefined ? one.gone : gone(one.gone, dropped) }
}

function shown({ id, name, takings, gone: before, answers, last }: Assessment): object {
  const percents = takings.flatMap(({ percent }) => percent ?? [])
  const scored = before.scored + percents.length
  const sum = percents.reduce((all, one) => all + one, before.percents)
  const best = Math.max(...percents, before.best ?? 0)
  return {
    id,
    ...(name !== undefined && { name }),
    attempts: before.takings + takings.length,
    submitted: before.submitted + takings.filter(({ submitted }) => submitted !== undefined).length,
    ...(scored > 0 && { scored, best: rounded(best, 1), mean: rounded(sum / scored, 1) }),
    ...(percents.length > 0 && { latest: rounded(percents[0]!, 1) }),
    answers,
    lastSeen: isoOf(last),
    latestAttempts: takings.map(takingShown),
  }
}
