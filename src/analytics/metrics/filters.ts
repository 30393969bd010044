import { course } from '../../query/narrowing'
import { sqlText } from '../../syntax/sql'

/** Events can be narrowed by these, and the value that each has is this SQL over a row of `events`. */
export const filters = {
  type: 'type',
  action: 'coalesce(common_action, action)',
  course,
  source: 'source_id',
  object: 'object_id',
  actorId: 'actor_id',
  actorType: 'actor_type',
  objectType: 'object_type',
  targetId: 'target_id',
  generatedType: 'generated_type',
  groupId: 'group_id',
  sessionId: 'session_id',
  assignableId: 'assignable_id',
  attemptId: 'attempt_id',
  edAppId: 'ed_app_id',
  organizationId: 'organization_id',
  standard: 'standard',
  profile: 'profile',
  category: 'category',
} as const

export type Filter = keyof typeof filters | 'learner'

/** Writes which events are asked for. Whoever a membership is of is concerned as well. */
export function conditionsIn(asked: Readonly<Partial<Record<Filter, string>>>): string[] {
  return Object.entries(asked).map(([name, value]) => {
    const text = sqlText(value)
    return name === 'learner'
      ? `(actor_id = ${text} OR member_id = ${text})`
      : `${filters[name as Exclude<Filter, 'learner'>]} = ${text}`
  })
}
