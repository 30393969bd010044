import { roleTerm } from '../../event/role-term'
import { isAgentOrGroup } from './agents'
import { anyOf } from './language-map'
import { type Node, nodeAt, nodesAt, textAt } from './node'

// Caliper's, which stand for themselves; then ADL's vocabulary, the TinCan registry's, which Moodle's
// logstore_xapi uses, and cmi5's.
const SECTION = 'http://purl.imsglobal.org/caliper/CourseSection'
const courseTypes = new Set<string | undefined>([
  SECTION,
  'http://purl.imsglobal.org/caliper/CourseOffering',
  'http://adlnet.gov/expapi/activities/course',
  'http://id.tincanapi.com/activitytype/lms/course',
  'https://w3id.org/xapi/cmi5/activitytype/course',
])

export interface Course {
  id: string | undefined
  name: string | undefined
}

/**
 * The course that a statement was made in: the first activity of the type of a course among the
 * context's `grouping`, then its `parent`, then the object itself; a section before what it is a
 * section of. xAPI has no other word for it.
 */
export function courseOf(
  object: Node | undefined,
  context: Node | undefined,
  language: string | undefined,
): Course {
  const found = courseIn(object, context)
  if (found === undefined) return { id: undefined, name: undefined }
  return {
    id: textAt(found, 'id'),
    name: anyOf(nodeAt(nodeAt(found, 'definition'), 'name'), language) || undefined,
  }
}

function courseIn(object: Node | undefined, context: Node | undefined): Node | undefined {
  const around = nodeAt(context, 'contextActivities')
  let course: Node | undefined
  for (const name of ['grouping', 'parent']) {
    for (const activity of nodesAt(around, name)) {
      const type = typeOfActivity(activity)
      if (type === SECTION) return activity
      if (courseTypes.has(type)) course ??= activity
    }
  }
  return course ?? (courseTypes.has(typeOfActivity(object)) ? object : undefined)
}

export function typeOfActivity(activity: Node | undefined): string | undefined {
  return textAt(nodeAt(activity, 'definition'), 'type')
}

const BRIGHTSPACE = 'https://api.brightspace.com/xapi/extension_keys/context'

/** Brightspace names the org unit, by the number that its other data have, in an extension. */
export function orgUnitOf(context: Node | undefined): string | undefined {
  const unit = nodeAt(nodeAt(context, 'extensions'), `${BRIGHTSPACE}/context`)
  if (
    unit === undefined ||
    !/^course ?(?:offering|section)$/i.test(textAt(unit, 'orgUnitType') ?? '')
  ) {
    return undefined
  }
  const id = unit.orgUnitId
  return typeof id === 'number' ? String(id) : textAt(unit, 'orgUnitId') || undefined
}

/** The roles of the actor, which xAPI has no word for: Brightspace has them in an extension. */
export function rolesOf(context: Node | undefined): string[] | undefined {
  const ids = nodeAt(nodeAt(context, 'extensions'), `${BRIGHTSPACE}/actor`)?.imsRoleIds
  if (!Array.isArray(ids)) return undefined
  const roles = ids.filter((id): id is string => typeof id === 'string' && id !== '').map(roleTerm)
  return roles.length === 0 ? undefined : roles
}

const attemptTypes = new Set<string | undefined>([
  'http://adlnet.gov/expapi/activities/attempt',
  'https://api.brightspace.com/xapi/activities/tools/quiz/attempt',
])
const ATTEMPT_ID = 'http://id.tincanapi.com/extension/attempt-id'

export interface Assessed {
  attemptId: string | undefined
  assignableId: string | undefined
}

/**
 * The attempt, where a statement names one: as an activity of that type, or in the extension of
 * TinCan's registry. Else person, activity and registration tell attempts apart. The assignable is
 * the activity that a result is of.
 */
export function assessedIn(
  object: Node | undefined,
  context: Node | undefined,
  result: Node | undefined,
): Assessed {
  const around = nodeAt(context, 'contextActivities')
  const parents = nodesAt(around, 'parent')
  const isAttempt = attemptTypes.has(typeOfActivity(object))
  const attempt = isAttempt
    ? object
    : [...parents, ...nodesAt(around, 'grouping')].find((one) =>
        attemptTypes.has(typeOfActivity(one)),
      )
  const attemptId = textAt(attempt, 'id') ?? attemptIdIn(object) ?? attemptIdIn(context)
  if (isAttempt) {
    const of = parents.find((one) => !courseTypes.has(typeOfActivity(one)))
    return { attemptId, assignableId: textAt(of, 'id') ?? quizOf(context) }
  }
  const isActivity = !isAgentOrGroup(object) && (object?.objectType ?? 'Activity') === 'Activity'
  const isAssessed = attemptId !== undefined || hasOutcome(result)
  return { attemptId, assignableId: isActivity && isAssessed ? textAt(object, 'id') : undefined }
}

/** Brightspace names the quiz of an attempt in an extension. */
function quizOf(context: Node | undefined): string | undefined {
  return textAt(nodeAt(nodeAt(context, 'extensions'), `${BRIGHTSPACE}/target`), 'id')
}

function attemptIdIn(holder: Node | undefined): string | undefined {
  const extensions =
    nodeAt(holder, 'extensions') ?? nodeAt(nodeAt(holder, 'definition'), 'extensions')
  const id = extensions?.[ATTEMPT_ID]
  return typeof id === 'number' ? String(id) : textAt(extensions, ATTEMPT_ID) || undefined
}

function hasOutcome(result: Node | undefined): boolean {
  return (
    result !== undefined &&
    (result.score !== undefined || result.success !== undefined || result.response !== undefined)
  )
}
