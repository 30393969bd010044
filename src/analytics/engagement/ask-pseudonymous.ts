import type { Viewer } from '../../identity/viewer'
import type { Answered } from '../answer'
import type { AskNeeds } from '../ask'
import { USUAL_K } from '../suppress'
import {
  askEngagement,
  type EngagementQuestion,
  type GroupOf,
  type LearnerEngagement,
} from './ask-engagement'
import type { EngagementAsked } from './engagement-sql'

/** Gives the pseudonym that a person of a tenant has for one purpose (`Pseudonyms`). */
export type PurposePseudonym = (
  purpose: string,
  tenantId: string,
  person: string,
) => Promise<string>

export type PseudonymousQuestion = Omit<EngagementQuestion, 'learner' | 'groupBy' | 'order'> & {
  tenantId: string
  purpose: string
}

/** Times of single events are absent: whoever knows one of them would know whose row it is. */
export type PseudonymousRow = Omit<LearnerEngagement, 'course' | 'name' | 'firstSeen' | 'lastSeen'>

export type PseudonymousAnswer = Answered & { rows: PseudonymousRow[] }

const BY_ID: EngagementAsked['order'] = 'id'

/**
 * Tells somebody of no organisation how much the learners of one work, each under a pseudonym that stands for
 * them for one purpose alone. Of fewer than k learners it tells nothing but how many there are.
 * @throws {AppError} as `askEngagement`
 */
export async function askPseudonymous(
  needs: AskNeeds & { groupOf: GroupOf; purposePseudonym: PurposePseudonym },
  viewer: Viewer,
  { tenantId, purpose, ...asked }: PseudonymousQuestion,
  signal?: AbortSignal,
): Promise<PseudonymousAnswer> {
  const within: Viewer = { ...viewer, tenantId, visibility: { kind: 'tenant' }, seesPeople: true }
  const question = { ...asked, groupBy: 'learner', order: BY_ID } as const
  const { rows, ...about } = await askEngagement(needs, within, question, signal)
  const people = rows as LearnerEngagement[]
  if (people.length < USUAL_K) return { rows: [], suppressed: people.length, ...about }
  const named = await Promise.all(
    people.map(async ({ course: _, name: _name, firstSeen: _first, lastSeen: _last, ...row }) => {
      return { ...row, learner: await needs.purposePseudonym(purpose, tenantId, row.learner) }
    }),
  )
  // The order of ids would tell something of them.
  return { rows: named.toSorted((a, b) => (a.learner < b.learner ? -1 : 1)), ...about }
}
