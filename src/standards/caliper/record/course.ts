import { idOf, isNode, type Node, nameOf, nodeOf, textOf, typeOf } from '../node'
import { canvasOf } from './extensions'

/** The course of an event, by its id and the name it was sent with. */
export interface Course {
  id: string | undefined
  name: string | undefined
}

// No school is deeper: a team, its section, its offering, its department and so on. It bounds the walk.
const MAX_STEPS = 8

/**
 * Finds the course: the nearest CourseSection at or above the group, else the CourseOffering. A
 * sender that names no group says it with the membership's organization, or with what the object is
 * part of. A bare IRI of a group or an organization counts where neither has a type.
 * @param objectName the name that was found for the object, which may be the course itself
 */
export function courseOf(item: Node, generated: unknown, objectName: string | undefined): Course {
  const { group, object, target } = item
  const membership = nodeOf(item.membership)
  const organization = membership?.organization
  const stated = courseAbove(group) ?? courseAbove(organization)
  const statedId = idOf(stated) ?? bareIdOf(group) ?? bareIdOf(organization)
  if (statedId !== undefined) {
    const name =
      nameFor(statedId, [stated, organization], object, objectName) ??
      nameFor(statedId, [courseAround(object)], object, undefined) ??
      numberFor(statedId, organization, membership)
    return { id: statedId, name }
  }
  const found = courseAround(object) ?? courseAround(generated) ?? courseAround(target)
  const id = idOf(found) ?? courseIdIn(nodeOf(object)?.extensions)
  if (id === undefined) return none
  return { id, name: nameFor(id, [found], object, objectName) }
}

const none: Course = { id: undefined, name: undefined }

/** Walks up from an organization. */
function courseAbove(value: unknown): Node | undefined {
  let offering: Node | undefined
  let at = value
  for (let step = 0; step < MAX_STEPS && isNode(at); step += 1) {
    const type = typeOf(at)
    // Carnegie's word for a section is Class.
    if (type === 'CourseSection' || type === 'Class') return at
    if (type === 'CourseOffering') offering ??= at
    at = at.subOrganizationOf
  }
  return offering
}

/** Walks out from a resource: to what it is part of, or what it was an attempt of. */
function courseAround(value: unknown): Node | undefined {
  let at = value
  for (let step = 0; step < MAX_STEPS && isNode(at); step += 1) {
    const found = courseAbove(at) ?? courseBeside(at)
    if (found !== undefined) return found
    at = at.isPartOf ?? at.assignable ?? at.attempt
  }
  return undefined
}

/** Blackboard's calculated grades have a `course`, Open edX's objects `extensions.isPartOf`. */
function courseBeside(node: Node): Node | undefined {
  const { extensions } = node
  return (
    courseAbove(node.course) ??
    (idOf(node.course) === undefined ? undefined : nodeOf(node.course)) ??
    (isNode(extensions) ? courseAbove(extensions.isPartOf) : undefined) ??
    courseAbove(node.organization) ??
    (canvasOf(node)?.asset_type === 'course' ? node : undefined)
  )
}

/** An IRI alone, be it what stands above a team, may be the course; a type says that it is none. */
function bareIdOf(value: unknown): string | undefined {
  let at = value
  for (let step = 0; step < MAX_STEPS && isNode(at); step += 1) {
    const type = typeOf(at)
    if (type === undefined) return idOf(at)
    if (type !== 'Group') return undefined
    at = at.subOrganizationOf
  }
  return typeof at === 'string' ? idOf(at) : undefined
}

/** Canvas and Open edX before version 6 have it among the object's extensions. */
function courseIdIn(extensions: unknown): string | undefined {
  if (!isNode(extensions)) return undefined
  return textOf(extensions.course_id) ?? textOf(nodeOf(extensions[CANVAS])?.course_id)
}

const CANVAS = 'com.instructure.canvas'

function nameFor(
  id: string,
  nodes: readonly unknown[],
  object: unknown,
  objectName: string | undefined,
): string | undefined {
  if (idOf(object) === id && isCourse(object)) return objectName
  let number: string | undefined
  for (const node of nodes) {
    if (!isNode(node) || idOf(node) !== id) continue
    const name = nameOf(node)
    if (name !== undefined) return name
    number ??= textOf(node.courseNumber)
  }
  return number // Blackboard has no name for a course
}

/** Where Blackboard has no more of a course than its IRI, its number is with the membership. */
function numberFor(id: string, organization: unknown, membership: Node | undefined) {
  if (idOf(organization) !== id) return undefined
  return textOf(nodeOf(membership?.extensions)?.['bb:course.externalId'])
}

function isCourse(object: unknown): boolean {
  return courseAbove(object) !== undefined || canvasOf(object)?.asset_type === 'course'
}
