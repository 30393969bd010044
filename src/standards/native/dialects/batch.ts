import { AppError } from '../../../error/app-error'
import { parsingItems, parsingJson } from '../../../event/json-body'
import type { JsonElement } from '../../../syntax/json-elements'
import type { Steps } from '../../../syntax/steps'
import type { Members } from './dialect'
import { dialectShown } from './index'
import { segment } from './segment'

/** The member under which a body of Segment has its messages. */
export const BATCH = 'batch'

/** These are the messages of a batch, with what it says of all of them. */
export interface Batch {
  elements: JsonElement[]
  context: Record<string, string>
}

// An ISO 8601 time has some thirty characters.
const MAX_TIME = 64

/**
 * Parses a body `{ batch: [...], sentAt }` of Segment.
 * @param context its `call` is `batch` where its address says that it is one
 * @returns undefined when it is something else
 * @throws {AppError} `invalid_request` when it has to be one, and is none; `too_large`
 */
export function* parsingBatch(
  body: string,
  context: Record<string, string>,
): Steps<Batch | undefined> {
  const isMeant = context.call === BATCH
  const parts = body.includes(`"${BATCH}"`) ? yield* parsingItems(body, BATCH) : undefined
  if (parts === undefined) {
    if (!isMeant) return undefined
    yield* parsingJson(body) // what is no JSON is refused for that
    throw noBatch(body)
  }
  const { elements } = parts
  const { sentAt, event_type: type } = parts.shell as Members
  if (!isMeant && (type !== undefined || dialectShown(elements[0]?.value) !== segment)) {
    return undefined
  }
  const isTime = typeof sentAt === 'string' && sentAt.length <= MAX_TIME
  const said = { ...context, dialect: segment.name, ...(isTime && { sentAt }) }
  return { elements, context: said }
}

function noBatch(body: string): AppError {
  const message = body.includes(`"${BATCH}"`) ? 'Expected an array of messages' : 'Required'
  const code = message === 'Required' ? 'required' : 'wrong_type'
  const errors = [{ path: [BATCH], message, code }]
  return new AppError('invalid_request', `${BATCH}: ${message}.`, { errors })
}
