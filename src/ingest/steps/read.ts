import { firstIssues } from '../../error/bounded-issues'
import type { Reading } from '../../event/reading'
import { MAX_REASONS } from '../../quarantine/max-reasons'
import type { Steps } from '../../syntax/steps'
import {
  type Arrival,
  isUnreadable,
  type Parsed,
  type ReadBy,
  type Unreadable,
  unreadableOr,
} from '../arrival'
import { readingBatch } from '../batch'

/**
 * Reads a body, or each body of a batch, by its standard.
 * @throws {AppError} `too_large`
 */
export function* read(
  bodies: string | string[] | Unreadable,
  arrival: ReadAs,
  by: ReadBy,
): Steps<Parsed | Unreadable> {
  if (isUnreadable(bodies)) return bodies
  if (typeof bodies === 'string') return yield* readOne(bodies, arrival, by)
  return yield* readingBatch(bodies, (text) => readOne(text, arrival, by))
}

type ReadAs = Pick<Arrival, 'standard' | 'form' | 'context'>

function* readOne(
  text: string,
  { standard, form, context }: ReadAs,
  { receivedAt, types, linesBefore, requestId }: ReadBy,
): Steps<Reading | Unreadable> {
  const place = { linesBefore, requestId }
  try {
    const reading = yield* standard.readBody(text, form, receivedAt, context, types, place)
    return standard.onRefusal === 'request' ? wholeOrRefused(reading) : reading
  } catch (thrown) {
    return unreadableOr(thrown)
  }
}

/** Refuses a body with every reason, where a single refused item costs its whole request. */
function wholeOrRefused(reading: Reading): Reading | Unreadable {
  const errors = reading.items.flatMap((item) => ('event' in item ? [] : item.errors))
  const [first] = errors
  if (first === undefined) return reading
  const more = errors.length > 1 ? ` And ${errors.length - 1} more.` : ''
  const message = `Nothing of this request is stored. ${first.path.join('.')}: ${first.message}.${more}`
  return { code: 'invalid_request', message, errors: firstIssues(errors, MAX_REASONS) }
}
