/** A field of the record that common names of members and properties say. */
export type CommonField =
  | 'course'
  | 'courseName'
  | 'group'
  | 'object'
  | 'objectName'
  | 'objectType'
  | 'assignable'
  | 'attempt'
  | 'score'
  | 'maxScore'
  | 'percent'
  | 'success'
  | 'completion'
  | 'durationMs'
  | 'seconds'
  | 'duration'
  | 'roles'
  | 'actorName'

/**
 * The names that are read, the one that counts first in front; each in snake_case, and read in
 * camelCase as well. `docs/senders/native.md` prints this table.
 */
export const commonNames: Readonly<Record<CommonField, string>> = {
  course: 'course_id section_id class_id course',
  courseName: 'course_name course_title class_name',
  group: 'group_id team_id',
  object: `
    object_id question_id problem_id item_id assessment_id quiz_id test_id exam_id assignment_id
    stage_id lesson_id video_id page_id document_id doc_id resource_id content_id activity_id game_id
    sequence_id page lesson url page_url
  `,
  objectName: `
    object_name question_name assessment_name quiz_name test_name exam_name assignment_name
    lesson_name lesson_title video_title page_title document_title resource_name title name
  `,
  objectType: 'object_type resource_type',
  assignable: 'assignable_id assessment_id quiz_id test_id exam_id assignment_id',
  attempt: 'attempt_id submission_id',
  score: 'score score_given raw_score points_earned actual_score',
  maxScore: 'max_score maximum_score score_max max_points points_possible total_points out_of',
  percent: 'percent percentage score_percent',
  success: 'success correct is_correct passed',
  completion: 'completed completion is_completed',
  durationMs: 'duration_ms time_spent_ms elapsed_ms',
  seconds: 'duration_seconds time_spent_seconds seconds_spent',
  duration: 'duration',
  roles: 'roles role user_role',
  actorName: 'user_name actor_name',
}

/** The type of what these names are of, in the words of all records. */
export const typesByName: ReadonlyMap<string, string> = new Map([
  ...both('question_id problem_id item_id', 'AssessmentItem'),
  ...both('assessment_id quiz_id test_id exam_id', 'Assessment'),
  ...both('assignment_id', 'AssignableDigitalResource'),
  ...both('video_id', 'VideoObject'),
  ...both('sequence_id', 'DigitalResourceCollection'),
  ...both('page_id page', 'Page'),
  ...both('page_url', 'WebPage'),
  ...both('document_id doc_id', 'Document'),
])

function both(names: string, type: string): [string, string][] {
  return words(names).flatMap((name): [string, string][] => [
    [name, type],
    [camelCase(name), type],
  ])
}

/**
 * A context says where something happened, and these fields alone: what happened, and to what, has no
 * name or score there.
 */
export const contextFields: ReadonlySet<CommonField> = new Set<CommonField>([
  ...(['course', 'courseName', 'group', 'object', 'assignable', 'attempt'] as const),
  ...(['roles', 'actorName'] as const),
])

/** By name, each field that it says, and how early it stands in that field's list. */
export const places = new Map<string, { field: CommonField; rank: number }[]>()
for (const [field, names] of Object.entries(commonNames)) {
  for (const [rank, name] of words(names).entries()) {
    for (const spelling of new Set([name, camelCase(name)])) {
      const known = places.get(spelling) ?? []
      places.set(spelling, [...known, { field: field as CommonField, rank }])
    }
  }
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
