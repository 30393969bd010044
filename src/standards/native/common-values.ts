import { durationMs } from '../../syntax/duration'
import { type CommonField, contextFields, places, typesByName } from './common-names'
import { textOf } from './gate'
import { payloadNames } from './model'

type Found = { [Field in CommonField]?: { rank: number; name: string; value: unknown } }

/**
 * Says what common names of the payload mean; of the event's own members where that does not say it,
 * and of its context where neither does.
 */
export function commonValuesOf(item: Record<string, unknown>) {
  const found: Found = {}
  for (let i = 0; i < payloadNames.length; i += 1) collect(item[payloadNames[i]!], found, i * LATER)
  collectQuestion(item, found)
  collect(item, found, MEMBERS)
  collect(item.context, found, CONTEXT)
  const { course, group, object, assignable, attempt, roles } = found
  return {
    courseId: idIn(course?.value),
    courseName: text(found.courseName?.value) ?? nameIn(course?.value),
    groupId: idIn(group?.value),
    objectId: idIn(object?.value),
    objectName: object && (nameIn(object.value) ?? text(found.objectName?.value)),
    objectType: text(found.objectType?.value) ?? typesByName.get(object?.name ?? ''),
    assignableId: idIn(assignable?.value),
    attemptId: idIn(attempt?.value),
    ...pointsIn(found),
    success: boolean(found.success?.value),
    completion: boolean(found.completion?.value),
    durationMs: timeIn(found),
    roles: rolesIn(roles?.value),
    actorName: text(found.actorName?.value),
  }
}

// More than any list has names, so that members of the item come after all of the payload.
const LATER = 100
const MEMBERS = payloadNames.length * LATER
const CONTEXT = MEMBERS + LATER

function collect(holder: unknown, found: Found, offset: number): void {
  if (typeof holder !== 'object' || holder === null) return
  const values = holder as Record<string, unknown>
  for (const name in values) {
    const said = places.get(name)
    if (said === undefined) continue
    const value = values[name]
    for (const { field, rank } of said) {
      if (offset === CONTEXT && !contextFields.has(field)) continue
      const known = found[field]
      if (known !== undefined && known.rank <= rank + offset) continue
      if (reads[field](value) !== undefined) found[field] = { rank: rank + offset, name, value }
    }
  }
}

const QUESTION = 'question_id'
const { rank: questionRank } = places.get(QUESTION)![0]!

/**
 * The question of an envelope is what it happened to, unless the payload itself names an object or a
 * question: the quiz that a payload names is what the question is in.
 */
function collectQuestion({ [QUESTION]: value }: Record<string, unknown>, found: Found): void {
  const known = found.object
  if (known !== undefined && known.rank % LATER <= questionRank) return
  if (idIn(value) !== undefined) found.object = { rank: questionRank, name: QUESTION, value }
}

/** A value counts for a field where this makes something of it. */
const reads: Record<CommonField, (value: unknown) => unknown> = {
  course: idIn,
  courseName: text,
  group: idIn,
  object: idIn,
  objectName: text,
  objectType: text,
  assignable: idIn,
  attempt: idIn,
  score: number,
  maxScore: maximum,
  percent: number,
  success: boolean,
  completion: boolean,
  durationMs: amount,
  seconds: amount,
  duration,
  roles: rolesIn,
  actorName: text,
}

/** Points of a grade; a percentage where there are none. */
function pointsIn({ score, maxScore, percent }: Found) {
  if (score === undefined && percent !== undefined) {
    return { score: number(percent.value), maxScore: 100 }
  }
  return { score: number(score?.value), maxScore: maximum(maxScore?.value) }
}

function timeIn(found: Found): number | undefined {
  const ms = amount(found.durationMs?.value)
  if (ms !== undefined) return Math.round(ms)
  const seconds = amount(found.seconds?.value)
  return seconds === undefined ? duration(found.duration?.value) : Math.round(seconds * 1000)
}

function rolesIn(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value : [value]
  const roles = list.filter((role): role is string => text(role) !== undefined)
  return roles.length === 0 ? undefined : roles
}

/** A course, or what was acted on, may be an object with an `id` and a `name`. */
function idIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return textOf(value)
  return textOf((value as Record<string, unknown>).id)
}

function nameIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, title } = value as Record<string, unknown>
  return text(name) ?? text(title)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function boolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function maximum(value: unknown): number | undefined {
  const most = number(value)
  return most !== undefined && most > 0 ? most : undefined
}

/** A time that has a place in the record: milliseconds of it are exact. */
function amount(value: unknown): number | undefined {
  const much = number(value)
  return much !== undefined && much >= 0 && much * 1000 <= Number.MAX_SAFE_INTEGER
    ? much
    : undefined
}

function duration(value: unknown): number | undefined {
  return typeof value === 'string' ? durationMs(value) : undefined
}
