import { course } from '../../query/narrowing'

/** Events can be narrowed by these, and the value that each has is this SQL over a row of `events`. */
export const filters = {
  type: 'type',
  action: 'coalesce(common_action, action)',
  course,
  source: 'source_id',
  object: 'object_id',
  actorId: 'actor_id',
  actorType: 'actor_type',
  memberId: 'member_id',
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

export type Filter = keyof typeof filters
