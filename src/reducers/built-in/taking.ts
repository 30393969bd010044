import type { ReducedEvent } from '../reducer'
import { idOf, isoOf } from './deeds'

/** An attempt at an assessment. Times are ms since 1970. */
export interface Taking {
  id: string
  started?: number | undefined
  submitted?: number | undefined
  /** The grade that was given last counts. */
  scoredAt?: number | undefined
  score?: number | undefined
  maxScore?: number | undefined
  /** The share of the points that were possible: 0 to 100, and beyond for extra points. */
  percent?: number | undefined
  success?: boolean | undefined
}

/** Attempts that made way for later ones come to these sums. */
export interface Gone {
  takings: number
  submitted: number
  scored: number
  percents: number
  best?: number | undefined
}

export const noGone: Gone = { takings: 0, submitted: 0, scored: 0, percents: 0 }

// Attempts without an id are numbered, by a name that nobody sends.
const UNNAMED = '#'

/** Tells what an attempt becomes by an event: one that the learner is at, or a new one. */
export function takingBy(takings: readonly Taking[], event: ReducedEvent, at: number): Taking {
  const { commonAction, score, maxScore, success } = event
  const id = idFor(takings, event)
  const known = takings.find((one) => one.id === id)
  const next: Taking = { ...known, id }
  if (commonAction === 'Started') next.started = Math.min(at, known?.started ?? at)
  // A verdict on the assessment itself (passed, failed) ends the attempt; a grade of an Attempt came later.
  else if (commonAction !== 'Graded' || event.objectType !== 'Attempt') {
    next.submitted = known?.submitted ?? at
  }
  if (score === undefined && success === undefined) return next
  if (known?.scoredAt !== undefined && known.scoredAt > at) return next
  const percent = percentOf(event)
  return {
    ...next,
    scoredAt: at,
    ...(score !== undefined && { score, maxScore }),
    ...(percent !== undefined && { percent }),
    ...(success !== undefined && { success }),
  }
}

/** A share of a hundred times all points, and what is more, is a mistake. */
const MOST_PERCENT = 10_000

function percentOf({ score, maxScore }: ReducedEvent): number | undefined {
  if (score === undefined || maxScore === undefined || maxScore <= 0) return undefined
  const percent = (100 * score) / maxScore
  return Math.abs(percent) <= MOST_PERCENT ? percent : undefined
}

/**
 * An attempt is told apart by its id, else by its session. Who names neither is at the latest attempt that is not
 * yet submitted, or has been graded for the latest; else it is another one.
 */
function idFor(takings: readonly Taking[], event: ReducedEvent): string {
  const { attemptId, sessionId, objectId, objectType, commonAction } = event
  const named = attemptId ?? (objectType === 'Attempt' ? objectId : undefined) ?? sessionId
  if (named !== undefined) return idOf(named)
  const unnamed = takings.filter(({ id }) => id.startsWith(UNNAMED))
  const [latest] = unnamed
  if (latest !== undefined) {
    const isNext = commonAction !== 'Graded' && latest.submitted !== undefined
    if (!isNext && commonAction !== 'Started') return latest.id
    if (commonAction === 'Started' && latest.started === undefined && !isNext) return latest.id
  }
  const number = Number(latest?.id.slice(UNNAMED.length) ?? 0) + 1
  return `${UNNAMED}${number}`
}

export function gone(before: Gone, { submitted, percent }: Taking): Gone {
  return {
    takings: before.takings + 1,
    submitted: before.submitted + (submitted === undefined ? 0 : 1),
    scored: before.scored + (percent === undefined ? 0 : 1),
    percents: before.percents + (percent ?? 0),
    ...(percent === undefined
      ? { best: before.best }
      : { best: Math.max(percent, before.best ?? percent) }),
  }
}

export function takingShown(taking: Taking): object {
  const { id, started, submitted, scoredAt, ...result } = taking
  return {
    ...(!id.startsWith(UNNAMED) && { id }),
    ...(started !== undefined && { startedAt: isoOf(started) }),
    ...(submitted !== undefined && { submittedAt: isoOf(submitted) }),
    ...(scoredAt !== undefined && { scoredAt: isoOf(scoredAt) }),
    ...result,
  }
}
