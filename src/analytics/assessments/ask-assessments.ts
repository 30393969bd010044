import { AppError } from '../../error/app-error'
import type { Viewer } from '../../identity/viewer'
import {
  type Answered,
  type Asked,
  begin,
  countIn,
  cut,
  isSaid,
  numberIn,
  type Row,
  rowsFor,
  textIn,
} from '../answer'
import type { AskNeeds } from '../ask'
import { withoutFew } from '../suppress'
import { assessmentsSql } from './assessments-sql'
import { itemsSql } from './items-sql'

/** A row of the answer is about one of these. */
export const subjects = ['assessment', 'item'] as const
export type Subject = (typeof subjects)[number]

export interface AssessmentsQuestion extends Asked {
  groupBy: Subject
  assessment?: string | undefined
  /** Minutes. */
  gap: number
  limit: number
}

export interface AssessmentRow {
  assessment: string
  name?: string | undefined
  people: number
  attempts: number
  submitted: number
  /** Attempts of which a score is known. Absent, with the scores, where these would be of few. */
  graded?: number | undefined
  /** In percent of what could be reached. */
  lowest?: number | undefined
  mean?: number | undefined
  highest?: number | undefined
}

export interface ItemRow {
  item: string
  name?: string | undefined
  /** The assessment that it is a part of, where its sender says so. */
  assessment?: string | undefined
  people: number
  attempts: number
  answers?: number | undefined
  /** The mean result, 0 to 1: the share who got it right, or of its points. High is easy. */
  difficulty?: number | undefined
  /** The correlation with the mean result on the other items, -1 to 1. */
  discrimination?: number | undefined
  medianSeconds?: number | undefined
  meanSeconds?: number | undefined
}

export type AssessmentsAnswer = Answered & { rows: (AssessmentRow | ItemRow)[] }

/** Tells of attempts and scores, or of items. @throws {AppError} as `spanOf` and `askAs` */
export async function askAssessments(
  needs: AskNeeds,
  viewer: Viewer,
  asked: AssessmentsQuestion,
  signal?: AbortSignal,
): Promise<AssessmentsAnswer> {
  const { groupBy, limit, learner } = asked
  const { seesPeople } = viewer
  if (!seesPeople && learner !== undefined) {
    throw new AppError('forbidden', 'This key sees no single people: leave out `learner`.')
  }
  const { span, narrowing } = begin(asked, needs.clock.now())
  const ofItems = groupBy === 'item'
  const sql = ofItems ? itemsSql({ ...asked, narrowing }) : assessmentsSql({ ...asked, narrowing })
  const { rows: all, ...covered } = await rowsFor(needs, viewer, {
    ...{ sql, span, rows: limit + 1, signal },
  })
  const { rows, truncated } = cut(all, limit)
  const about = { ...span, truncated, ...covered }
  if (seesPeople)
    return { rows: rows.map((row) => (ofItems ? itemOf(row) : assessmentOf(row))), ...about }
  const counted = rows.map((row) => ({ row, people: countIn(row, 'people') }))
  const shown = withoutFew(counted)
  const many = shown.rows.map(({ row }) => (ofItems ? itemOfMany(row) : assessmentOfMany(row)))
  return { rows: many, suppressed: shown.suppressed, ...about }
}

function assessmentOf(row: Row): AssessmentRow {
  return {
    assessment: textIn(row, 'assessment_id')!,
    name: textIn(row, 'name'),
    people: countIn(row, 'people'),
    attempts: countIn(row, 'attempts'),
    submitted: countIn(row, 'submitted'),
    graded: countIn(row, 'graded'),
    lowest: numberIn(row, 'lowest'),
    mean: numberIn(row, 'mean'),
    highest: numberIn(row, 'highest'),
  }
}

/** The lowest and the highest score are each of one person. */
function assessmentOfMany(row: Row): AssessmentRow {
  const { graded = 0, mean, lowest, highest, ...rest } = assessmentOf(row)
  // An attempt is of one person: of fewer than k attempts there are fewer people.
  return isSaid(rest.people, Math.min(graded, rest.people)) ? { ...rest, graded, mean } : rest
}

function itemOf(row: Row): ItemRow {
  return {
    item: textIn(row, 'item_id')!,
    name: textIn(row, 'name'),
    assessment: textIn(row, 'test'),
    people: countIn(row, 'people'),
    attempts: countIn(row, 'attempts'),
    answers: countIn(row, 'answers'),
    difficulty: numberIn(row, 'difficulty'),
    discrimination: numberIn(row, 'discrimination'),
    medianSeconds: numberIn(row, 'median_seconds'),
    meanSeconds: numberIn(row, 'mean_seconds'),
  }
}

function itemOfMany(row: Row): ItemRow {
  const { answers, difficulty, discrimination, ...rest } = itemOf(row)
  const isKnown = isSaid(rest.people, countIn(row, 'people_answered'))
  return isKnown ? { ...rest, answers, difficulty, discrimination } : rest
}
