import { typeOf } from '../standards/caliper/node'
import { isDuration } from '../syntax/duration'
import { isObject, type Json, objectIn, withoutAbsent } from './json'
import { durationOf, secondsOf } from './time'

const TIME = 'https://w3id.org/xapi/video/extensions/time'
const TIME_TO = 'https://w3id.org/xapi/video/extensions/time-to'

/** Makes the result of a statement of what an event generated, and of the place in a recording. */
export function resultOf({ generated, target, action }: Json): Json | undefined {
  const made = isObject(generated) ? generated : {}
  const type = typeOf(generated)
  const seconds =
    isObject(target) && typeOf(target) === 'MediaLocation'
      ? secondsOf(target.currentTime)
      : undefined
  return withoutAbsent({
    score: scoreOf(made, type),
    response: type?.endsWith('Response') ? answerIn(made) : undefined,
    duration: spent(made, type),
    extensions: seconds === undefined || seconds < 0 ? undefined : { [timeName(action)]: seconds },
  })
}

function timeName(action: unknown): string {
  return action === 'JumpedTo' ? TIME_TO : TIME
}

function scoreOf(made: Json, type: string | undefined): Json | undefined {
  if (type !== 'Score' && type !== 'Result') return undefined
  const [raw, max] =
    type === 'Score' ? [made.scoreGiven, made.maxScore] : [made.resultScore, made.maxResultScore]
  if (typeof raw !== 'number') return undefined
  // xAPI 1.0.3, Data, 2.4.5.1: a raw score is not above the maximum, and extra credit may be.
  return typeof max === 'number' && raw <= max ? { raw, max } : { raw }
}

function answerIn({ value, values }: Json): string | undefined {
  if (typeof value === 'string') return value
  const isList = Array.isArray(values) && values.every((one) => typeof one === 'string')
  // xAPI 1.0.3, Data, 2.4.4: so a choice of several is written.
  return isList ? values.join('[,]') : undefined
}

function spent({ duration }: Json, type: string | undefined): string | undefined {
  const isSpent = type === 'Attempt' || type?.endsWith('Response')
  const isWritten = typeof duration === 'string' && isDuration(duration) && duration[0] !== '-'
  return isSpent && isWritten ? duration : undefined
}

/** Makes what an event generated of the result of a statement, as far as this event may. */
export function generatedOf(statement: Json, event: string): Json | undefined {
  const result = objectIn(statement, 'result')
  const duration = typeof result.duration === 'string' ? result.duration : undefined
  const isGrade = event === 'GradeEvent'
  if (isGrade || event === 'Event') {
    const score = generatedScore(objectIn(result, 'score'))
    if (isGrade || score !== undefined) return score
  }
  if (event === 'AssessmentItemEvent' || event === 'QuestionnaireItemEvent' || event === 'Event') {
    const { response } = result
    if (typeof response === 'string') {
      return withoutAbsent({
        id: '_:response',
        type: 'OpenEndedResponse',
        value: response,
        duration,
      })
    }
  }
  if (duration === undefined || !takesAttempt.has(event)) return undefined
  return { id: '_:attempt', type: 'Attempt', duration }
}

const takesAttempt: ReadonlySet<string> = new Set([
  'AssessmentEvent',
  'AssessmentItemEvent',
  'AssignableEvent',
  'QuestionnaireEvent',
  'QuestionnaireItemEvent',
  'Event',
])

function generatedScore({ raw, max, scaled }: Json): Json | undefined {
  const id = '_:score'
  if (typeof raw === 'number') {
    return withoutAbsent({
      id,
      type: 'Score',
      scoreGiven: raw,
      maxScore: typeof max === 'number' ? max : undefined,
    })
  }
  return typeof scaled === 'number'
    ? { id, type: 'Score', scoreGiven: scaled, maxScore: 1 }
    : undefined
}

/** Makes the place in a recording of the result of a statement. */
export function locationOf(statement: Json, action: string): Json | undefined {
  const extensions = objectIn(objectIn(statement, 'result'), 'extensions')
  const currentTime = durationOf(extensions[timeName(action)])
  return currentTime === undefined
    ? undefined
    : { id: '_:location', type: 'MediaLocation', currentTime }
}
