import type { Viewer } from '../../identity/viewer'
import {
  type Answered,
  type Asked,
  begin,
  countIn,
  cut,
  numberIn,
  type Row,
  rowsFor,
  share,
  textIn,
} from '../answer'
import type { AskNeeds } from '../ask'
import { suppress } from '../suppress'
import { funnelSql } from './funnel-sql'
import { sequencesSql } from './sequences-sql'
import type { Scope, StepKind } from './visits'

export interface PathsAsked extends Asked {
  of: StepKind
  per: Scope
  /** Minutes. */
  gap: number
}

/** Figures are absent where they would be about few people, for whoever does not see people. */
interface Reach {
  sessions?: number | undefined
  people?: number | undefined
}

export interface Sequence extends Reach {
  steps: string[]
  times?: number | undefined
  /** How often a session ended with it, and the share of its times. */
  ended?: number | undefined
  dropOff?: number | undefined
}

export interface FunnelStep extends Reach {
  step: string
  /** The share of the sessions with the first step, 0 to 1. */
  conversion?: number | undefined
  /** Sessions that came no further, and the share of those that came here. Absent of the last. */
  left?: number | undefined
  dropOff?: number | undefined
  /** Half of the sessions came here from the step before within so many seconds. */
  medianSeconds?: number | undefined
}

export type SequencesAnswer = Answered & Reach & { sequences: Sequence[] }
export type FunnelAnswer = Answered & Reach & { steps: FunnelStep[] }

/** Finds the most frequent sequences of steps. @throws {AppError} as `spanOf` and `askAs` */
export async function askSequences(
  needs: AskNeeds,
  viewer: Viewer,
  asked: PathsAsked & { length: number; collapses: boolean; limit: number },
  signal?: AbortSignal,
): Promise<SequencesAnswer> {
  const { seesPeople } = viewer
  const { limit, length } = asked
  const { span, where } = begin(asked, needs.clock.now())
  const sql = sequencesSql({ ...asked, seesPeople })
  const { rows: all, ...covered } = await rowsFor(needs, viewer, {
    ...{ sql, where, span, rows: limit + 2, signal },
  })
  const { rows, truncated } = cut(all.slice(1), limit)
  const sequences = rows.map((row) => sequenceOf(row, length))
  const shown = seesPeople ? sequences : rows.flatMap((row, at) => ofMany(row, sequences[at]!))
  return {
    ...reachOf(all[0], seesPeople),
    sequences: shown,
    ...{ ...span, truncated, ...covered },
    ...(!seesPeople && { suppressed: sequences.length - shown.length }),
  }
}

function sequenceOf(row: Row, length: number): Sequence {
  const [times, ended] = [countIn(row, 'times'), countIn(row, 'ended')]
  return {
    steps: Array.from({ length }, (_, at) => textIn(row, `step_${at + 1}`)!),
    ...{ times, sessions: countIn(row, 'sessions'), people: countIn(row, 'people') },
    ...{ ended, dropOff: share(ended, times) },
  }
}

/** Leaves out what is about few: the sequence, or how often it was the last. */
function ofMany(row: Row, sequence: Sequence): Sequence[] {
  const [isFew, ...fewOf] = suppress(
    ['people', 'people_ended', 'people_on'].map((name) => ({ people: countIn(row, name) })),
  )
  if (isFew) return []
  const { ended, dropOff, ...rest } = sequence
  return [fewOf.some(Boolean) ? rest : sequence]
}

function reachOf(row: Row | undefined, seesPeople: boolean): Reach {
  if (row === undefined) return {}
  const [sessions, people] = [countIn(row, 'sessions'), countIn(row, 'people')]
  const [isFew] = seesPeople ? [false] : suppress([{ people }])
  return isFew ? {} : { sessions, people }
}

/** Follows sessions, or people, through steps. @throws {AppError} as `spanOf` and `askAs` */
export async function askFunnel(
  needs: AskNeeds,
  viewer: Viewer,
  asked: PathsAsked & { steps: readonly string[] },
  signal?: AbortSignal,
): Promise<FunnelAnswer> {
  const { seesPeople } = viewer
  const { steps } = asked
  const { span, where } = begin(asked, needs.clock.now())
  const sql = funnelSql({ ...asked, seesPeople })
  const { rows, ...covered } = await rowsFor(needs, viewer, {
    ...{ sql, where, span, rows: steps.length + 1, signal },
  })
  const stages = ['', ...steps].map((step, n): Stage => {
    const row = rows.find((one) => countIn(one, 'n') === n) ?? {}
    const [sessions, people] = [countIn(row, 'sessions'), countIn(row, 'people')]
    return { step, sessions, people, peopleLeft: countIn(row, 'people_left'), row }
  })
  const { few, fewLeft, suppressed } = seesPeople ? nothingFew : fewIn(stages)
  const [whole] = stages
  return {
    ...(few(0) ? {} : { sessions: whole!.sessions, people: whole!.people }),
    steps: stages.slice(1).map((stage, at): FunnelStep => {
      const n = at + 1
      if (few(n)) return { step: stage.step }
      const [first, next] = [stages[1]!, stages[n + 1]]
      const left = next && stage.sessions - next.sessions
      const median = numberIn(stage.row, 'median_ms')
      return {
        ...{ step: stage.step, sessions: stage.sessions, people: stage.people },
        ...(!few(1) && { conversion: share(stage.sessions, first.sessions) }),
        ...(left !== undefined &&
          !fewLeft(n) &&
          !few(n + 1) && { left, dropOff: share(left, stage.sessions) }),
        ...(median !== undefined && { medianSeconds: Math.round(median) / 1000 }),
      }
    }),
    ...{ ...span, truncated: false, ...covered },
    ...(!seesPeople && { suppressed }),
  }
}

interface Stage {
  step: string
  sessions: number
  people: number
  /** People with a session that came here and no further. */
  peopleLeft: number
  row: Row
}

const nothingFew = { few: (_: number) => false, fewLeft: (_: number) => false, suppressed: 0 }

/** Finds stages that few people reached, or that few left: whoever went on and whoever left are those who came. */
function fewIn(stages: readonly Stage[]) {
  const many = stages.length
  const cells = [...stages, ...stages.map(({ peopleLeft }) => ({ people: peopleLeft }))]
  const sums = stages.slice(1).map((_, at) => ({ total: at, parts: [at + 1, many + at] }))
  const hidden = suppress(cells, sums)
  return {
    few: (n: number) => hidden[n] === true,
    fewLeft: (n: number) => hidden[many + n] === true,
    suppressed: hidden.filter(Boolean).length,
  }
}
